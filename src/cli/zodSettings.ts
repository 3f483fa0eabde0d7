// Has zod check values without compiling schemas: few runs use one often enough.

import { z } from 'zod'

z.config({ jitless: true })
