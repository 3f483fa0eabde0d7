// The Python program that packs modules on the controller, by its own ansible-core.

/**
 * Reads the name of a module per line, as JSON, and prints a line of JSON: the program for the host, split where the
 * arguments of the module go, or an error. It never sees the arguments themselves.
 */
export const packProgram = `
import inspect, json, sys
mark = 'run_playbook_arguments'
answers = sys.stdout
sys.stdout = sys.stderr
from ansible import constants as C, context
from ansible.module_utils.common.collections import ImmutableDict
context.CLIARGS = ImmutableDict()
from ansible.executor import module_common
from ansible.module_utils.common.parameters import PASS_VARS
from ansible.parsing.dataloader import DataLoader
from ansible.plugins import loader
from ansible.release import __version__
from ansible.template import Templar
if hasattr(loader, 'init_plugin_loader'):
    loader.init_plugin_loader()
templar = Templar(DataLoader(), variables={})
internal = {
    'debug': False, 'diff': True, 'ignore_unknown_opts': False, 'keep_remote_files': False, 'no_log': False,
    'remote_tmp': '/tmp', 'selinux_special_fs': C.DEFAULT_SELINUX_SPECIAL_FS, 'shell_executable': '/bin/sh',
    'socket': None, 'string_conversion_action': 'warn', 'syslog_facility': C.DEFAULT_SYSLOG_FACILITY,
    'target_log_info': None, 'tmpdir': None, 'tracebacks_for': [], 'verbosity': 0, 'version': __version__,
}
def packed(name, folders):
    for folder in folders:
        loader.module_loader.add_directory(folder)
    found = loader.module_loader.find_plugin_with_context(name)
    path = found.plugin_resolved_path if found.resolved else None
    fqcn = getattr(found, 'resolved_fqcn', None) or name
    is_action = bool(loader.action_loader.find_plugin(fqcn) or loader.action_loader.find_plugin(name))
    if not path:
        return {'error': 'action' if is_action else 'unknown', 'version': __version__}
    with open(path, 'rb') as file:
        source = file.read()
    if is_action and name.rsplit('.', 1)[-1] not in ('dnf', 'service', 'uri'):
        return {'error': 'action'}
    if path.endswith('.ps1') or b'Ansible.ModuleUtils' in source:
        return {'error': 'style', 'style': 'PowerShell'}
    if b'AnsibleModule' not in source and b'module_utils' not in source:
        return {'error': 'action' if is_action else 'style', 'style': 'an old style, without AnsibleModule'}
    given = inspect.signature(module_common.modify_module).parameters
    settings = {'module_args': {mark: mark}, 'module_compression': 'ZIP_DEFLATED', 'templar': templar}
    built = module_common.modify_module(module_name=fqcn, module_path=path,
        task_vars={'ansible_python_interpreter': '/usr/bin/python3'}, **settings)
    program = getattr(built, 'b_module_data', None) or built[0]
    style = getattr(built, 'module_style', None) or built[1]
    program = program.decode('utf-8')
    parts = program.split(json.dumps({mark: mark}))
    if style != 'new' or len(parts) != 2 or not program.isascii():
        return {'error': 'style', 'style': style}
    pass_vars = {'_ansible_' + key: value for key, value in internal.items() if key in PASS_VARS}
    pass_vars['_ansible_module_name'] = fqcn
    return {'name': fqcn, 'before': parts[0], 'after': parts[1], 'internal': pass_vars}
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = packed(request['module'], request['folders'])
    except Exception as error:
        answer = {'error': 'failed', 'message': str(error)}
    answers.write(json.dumps(answer) + '\\n')
    answers.flush()
`
