# Makes the answers of the cases by rendering them with ansible-core 2.19, as its template module does.
#
# The tests only compare with the stored answers; they never run this. To make them again after a change to the cases:
#
#     python3 -m venv /tmp/ansible
#     /tmp/ansible/bin/pip install 'ansible-core==2.19.*' passlib==1.7.4 'bcrypt<4.1' netaddr ansible==12.0.0
#     TZ=UTC /tmp/ansible/bin/python test/jinja/answers.py
#
# cases/NAME.yaml has the cases, cases/NAME.answers.json the answers by name: a text, or {"error": the message}.
# `expressions` are rendered one by one, as the template "{{ EXPRESSION }}|", where "|" keeps the result a text.

import json, os, pathlib, sys, tempfile, yaml
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar, trust_as_template

init_plugin_loader()
CASES = pathlib.Path(__file__).parent / 'cases'
ANSIBLE_KEYS = {
    'trimBlocks': 'trim_blocks', 'lstripBlocks': 'lstrip_blocks', 'newlineSequence': 'newline_sequence',
    'variableStartString': 'variable_start_string', 'variableEndString': 'variable_end_string',
    'blockStartString': 'block_start_string', 'blockEndString': 'block_end_string',
    'commentStartString': 'comment_start_string', 'commentEndString': 'comment_end_string',
}


def trusted(value):
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, list):
        return [trusted(each) for each in value]
    if isinstance(value, dict):
        return {key: trusted(each) for key, each in value.items()}
    return value


def rendered(template, variables, folder, options):
    overrides = {'trim_blocks': True, 'lstrip_blocks': False, 'newline_sequence': '\n'}
    overrides.update({ANSIBLE_KEYS[key]: value for key, value in options.items()})
    templar = Templar(loader=DataLoader(), variables=trusted(variables))
    templar = templar.copy_with_new_env(searchpath=[folder], available_variables=trusted(variables))
    try:
        result = templar.template(trust_as_template(template), escape_backslashes=False, overrides=overrides)
    except Exception as error:
        return {'error': str(error)}
    return '' if result is None else str(result)


def answers(group):
    found = {}
    shared = group.get('vars', {})
    for case in group.get('templates', []):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in case.get('files', {}).items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            variables = {**shared, **case.get('vars', {})}
            found[case['name']] = rendered(case['template'], variables, folder, case.get('options', {}))
    for expression in group.get('expressions', []):
        found[expression] = rendered('{{ ' + expression + ' }}|', shared, '.', {})
    return found


for path in sorted(CASES.glob('*.yaml')):
    if sys.argv[1:] and path.stem not in sys.argv[1:]:
        continue
    group = yaml.safe_load(path.read_text())
    result = answers(group)
    path.with_suffix('.answers.json').write_text(json.dumps(result, indent=2, ensure_ascii=False) + '\n')
    for name, answer in result.items():
        if isinstance(answer, dict):
            print(f'{path.stem}: {name}: {answer["error"][:150]!r}')
