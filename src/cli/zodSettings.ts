// Has zod check values without compiling code for each schema, which is slower in a run that uses few of them twice.

import { z } from 'zod'

z.config({ jitless: true })
