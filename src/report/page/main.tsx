// Shows the run that is in the file.

import { render } from 'preact'
import type { PageData } from '../html/pageData.ts'
import { App } from './app.tsx'
import { runOf } from './shared/model.ts'

const data: PageData = JSON.parse(document.querySelector('#data')!.textContent!)
render(<App run={runOf(data)} />, document.querySelector('#app')!)
