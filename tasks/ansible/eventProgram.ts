// The callback plugin by which ansible-playbook reports what it does.

/** The name of the plugin, and of its file. */
export const callbackName = 'run_playbook_events'

/** Writes a line of JSON on descriptor 3 for each result of a task on a host, and for the end of the play on each host. */
export const eventProgram = `
DOCUMENTATION = '''
    name: run_playbook_events
    type: stdout
    short_description: results as lines of JSON
    description: [results as lines of JSON]
    extends_documentation_fragment: [default_callback]
'''
import json, os
from ansible.plugins.callback import CallbackBase
kept = ('changed', 'diff', 'msg', 'stderr', 'stdout', 'exception', 'failed', 'skipped', 'censored')
def tell(**event):
    data = (json.dumps(event, default=str) + '\\n').encode('utf-8', 'surrogateescape')
    while data:
        data = data[os.write(3, data):]
def part(result):
    found = {key: result[key] for key in kept if key in result}
    if '_ansible_item_label' in result:
        found['item'] = str(result['_ansible_item_label'])
    elif 'item' in result:
        found['item'] = str(result['item'])
    return found
class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'stdout'
    CALLBACK_NAME = 'run_playbook_events'
    def result(self, status, given, **more):
        result = getattr(given, 'result', None) or given._result
        task = getattr(given, 'task', None) or given._task
        host = getattr(given, 'host', None) or given._host
        items = [part(each) for each in result.get('results') or [] if isinstance(each, dict)] if task.loop else []
        tell(event='result', status=status, host=host.get_name(), task=task.get_name(), result=part(result), items=items, **more)
    def v2_playbook_on_task_start(self, task, is_conditional):
        tell(event='task', task=task.get_name())
    def v2_playbook_on_handler_task_start(self, task):
        tell(event='task', task=task.get_name())
    def v2_runner_on_ok(self, result):
        self.result('ok', result)
    def v2_runner_on_skipped(self, result):
        self.result('skipped', result)
    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.result('failed', result, ignored=bool(ignore_errors))
    def v2_runner_on_unreachable(self, result):
        self.result('unreachable', result)
    def v2_playbook_on_stats(self, stats):
        for host in sorted(stats.processed):
            tell(event='end', host=host, stats=stats.summarize(host))
`
