// Keywords of ssh_config(5): those with an effect here, and the others that OpenSSH knows.

import { didYouMean } from '../../../model/errors/suggest.ts'
import { type ConfigLine, configError } from './configLine.ts'

function keywords(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}

/** Their value is the rest of the line as written. */
const commands = keywords('knownhostscommand localcommand proxycommand proxyjump remotecommand')

const lists = keywords('globalknownhostsfile userknownhostsfile')

/** Keywords that have an effect here. */
export const supportedKeywords = keywords(`
  addressfamily bindaddress casignaturealgorithms certificatefile ciphers connecttimeout forwardagent
  globalknownhostsfile hashknownhosts hostkeyalgorithms hostkeyalias hostname identitiesonly identityagent identityfile
  ignoreunknown kbdinteractiveauthentication kexalgorithms macs passwordauthentication port preferredauthentications
  proxycommand proxyjump pubkeyacceptedalgorithms pubkeyauthentication requiredrsasize revokedhostkeys
  serveralivecountmax serveraliveinterval stricthostkeychecking user userknownhostsfile`)

const aliases: { readonly [keyword: string]: string } = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  identityfile2: 'identityfile',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
}

/** OpenSSH's other keywords, obsolete ones and those of distributions (Debian, Fedora, macOS) included. */
const otherKeywords = keywords(`
  addkeystoagent afstokenpassing batchmode bindinterface canonicaldomains canonicalizefallbacklocal
  canonicalizehostname canonicalizemaxdots canonicalizepermittedcnames channeltimeout checkhostip cipher
  clearallforwardings compression compressionlevel connectionattempts controlmaster controlpath controlpersist
  dynamicforward enableescapecommandline enablesshkeysign escapechar exitonforwardfailure fallbacktorsh
  fingerprinthash forkafterauthentication forwardx11 forwardx11timeout forwardx11trusted gatewayports
  globalknownhostsfile2 gssapiauthentication gssapiclientidentity gssapidelegatecredentials gssapikexalgorithms
  gssapikeyexchange gssapirenewalforcesrekey gssapiserveridentity gssapitrustdns hostbasedacceptedalgorithms
  hostbasedauthentication hostbasedkeytypes ipqos kbdinteractivedevices kerberosauthentication kerberostgtpassing
  keepalive knownhostscommand localcommand localforward loglevel logverbose nohostauthenticationforlocalhost
  numberofpasswordprompts obscurekeystroketiming permitlocalcommand permitremoteopen pkcs11provider
  protocol protocolkeepalives proxyusefdpass refuseconnection rekeylimit remotecommand remoteforward requesttty
  rhostsauthentication rhostsrsaauthentication rsaauthentication rsaminsize securitykeyprovider sendenv sessiontype
  setenv setuptimeout smartcarddevice stdinnull streamlocalbindmask streamlocalbindunlink syslogfacility tag
  tcpkeepalive tunnel tunneldevice updatehostkeys usekeychain useprivilegedport userknownhostsfile2 useroaming
  usersh verifyhostkeydns versionaddendum visualhostkey warnweakcrypto xauthlocation`)

/** The keyword under its present name. */
export function canonicalKeyword(keyword: string): string {
  return aliases[keyword] ?? keyword
}

/**
 * The value of a line: its only word, or the rest of the line for a command.
 *
 * @throws PlaybookError E_SSH_CONFIG for an unknown keyword, unless `isIgnored`, and for more words than it takes
 */
export function lineValue(line: ConfigLine, isIgnored: (keyword: string) => boolean): string | undefined {
  const { text, words, where } = line
  const keyword = canonicalKeyword(line.keyword)
  if (commands.has(keyword)) return text.replace(/^[ \t=]+/, '')
  if (!supportedKeywords.has(keyword)) {
    if (otherKeywords.has(keyword) || isIgnored(line.keyword)) return words[0] ?? ''
    const hint = didYouMean(keyword, [...supportedKeywords, ...otherKeywords])
    throw configError(`ssh_config has no option "${line.keyword}".`, where, hint ?? ignoreHint(line.keyword))
  }
  if (words.length === 0) throw configError(`The keyword ${line.keyword} has no value.`, where)
  if (words.length > 1 && !lists.has(keyword)) {
    throw configError(`${line.keyword} takes one value, not ${words.length}: ${text}`, where)
  }
  return words[0]
}

function ignoreHint(keyword: string): string {
  return `If only another ssh knows it: IgnoreUnknown ${keyword} in a line before it.`
}
