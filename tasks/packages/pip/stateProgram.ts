// The Python program that reads the state of packages, and asks pip what it would do.

/**
 * Runs in the interpreter whose packages are meant; its argument is JSON. It compares versions by the code that pip
 * itself uses, and prints one line of JSON. pip is only started where something is to be done: it uses the network.
 */
export const stateProgram = `
import json, os, re, subprocess, sys, sysconfig
given = json.loads(sys.argv[1])
def end(**answer):
    print('= ' + json.dumps(answer))
    sys.exit()
try:
    import pip
    try:
        from pip._vendor.packaging.requirements import Requirement
        from pip._vendor.packaging.utils import canonicalize_name
    except ImportError:
        from packaging.requirements import Requirement
        from packaging.utils import canonicalize_name
except ImportError:
    end(error='no pip', details=[sys.executable])
try:
    from importlib.metadata import distribution
    def look(name):
        try:
            found = distribution(name)
        except Exception:
            return None
        return found.version, found.requires or [], found.read_text('direct_url.json')
except ImportError:
    import pkg_resources
    def look(name):
        try:
            return pkg_resources.get_distribution(name).version, [], None
        except Exception:
            return None
def lines(path, seen):
    if path in seen:
        return
    seen.add(path)
    with open(path, encoding='utf-8') as file:
        text = file.read().replace('\\\\\\n', ' ')
    for number, line in enumerate(text.split('\\n'), 1):
        line = re.sub(r'(^|\\s)#.*$', '', line).strip()
        other = re.match(r'(?:-r|--requirement)[ =]?\\s*(\\S+)$', line)
        if other:
            for each in lines(os.path.join(os.path.dirname(path), other.group(1)), seen):
                yield each
        elif line and not re.match(r'-(?!e|-editable)', line):
            yield re.split(r'\\s+--?[a-z]', line)[0], '%s line %d' % (path, number)
def parsed(text, where):
    try:
        return Requirement(text)
    except Exception as error:
        end(error='requirement', details=[text, where, str(error).split('\\n')[0]])
def bare(url):
    return re.sub(r'^\\w+\\+|[#].*$|@[^/@]*$', '', url)
def met(requirement, extras=True):
    if requirement.marker and not requirement.marker.evaluate({'extra': ''}):
        return True
    found = look(requirement.name)
    if found is None:
        return False
    version, requires, direct = found
    if requirement.url:
        return bool(direct) and bare(json.loads(direct).get('url', '')) == bare(requirement.url)
    if not requirement.specifier.contains(version, prereleases=True):
        return False
    for extra in requirement.extras if extras else []:
        for text in requires:
            needed = Requirement(text)
            if needed.marker and needed.marker.evaluate({'extra': extra}) and not needed.marker.evaluate({'extra': ''}):
                needed.marker = None
                if not met(needed, False):
                    return False
    return True
try:
    pairs = [(text, 'name') for text in given['names']]
    if given['requirements']:
        pairs += list(lines(given['requirements'], set()))
except (IOError, UnicodeDecodeError) as error:
    end(error='file', details=[str(error)])
requirements = [(text, parsed(text, where)) for text, where in pairs]
state = given['state']
isolated = sys.prefix != getattr(sys, 'base_prefix', sys.prefix) or hasattr(sys, 'real_prefix')
managed = not isolated and os.path.exists(os.path.join(sysconfig.get_path('stdlib'), 'EXTERNALLY-MANAGED'))
if state == 'absent':
    found = [(each.name, look(each.name)) for _, each in requirements]
    end(planned=[{'name': name, 'from': it[0], 'to': 'not installed'} for name, it in found if it], managed=managed)
unmet = [text for text, each in requirements if not met(each)]
if not unmet and state == 'present':
    end(planned=[], managed=managed)
if managed and not given['breaks']:
    end(planned=[{'name': each.name, 'from': 'not installed', 'to': 'installed'} for text, each in requirements if text in unmet], managed=True)
def run(*words):
    done = subprocess.Popen([sys.executable, '-m', 'pip'] + list(words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    out, err = done.communicate()
    return done.returncode, out.decode('utf-8', 'replace'), err.decode('utf-8', 'replace')
def was(name):
    found = look(name)
    return found[0] if found else 'not installed'
code, out, err = run('install', '--dry-run', '--quiet', '--report', '-', *given['words'])
if code == 0:
    items = [each['metadata'] for each in json.loads(out).get('install', [])]
    end(planned=[{'name': each['name'], 'from': was(each['name']), 'to': each['version']} for each in items], managed=managed)
if not re.search('no such option: (--dry-run|--report)', err):
    end(error='pip', details=(err or out).strip().split('\\n'))
planned = [{'name': each.name, 'from': was(each.name), 'to': 'installed'} for text, each in requirements if text in unmet]
if state == 'latest':
    code, out, err = run('list', '--outdated', '--format', 'json', *given['indexes'])
    if code != 0:
        end(error='pip', details=err.strip().split('\\n'))
    names = set(canonicalize_name(each.name) for _, each in requirements)
    planned += [{'name': each['name'], 'from': each['version'], 'to': each['latest_version']} for each in json.loads(out) if canonicalize_name(each['name']) in names]
end(planned=planned, managed=managed)
`
