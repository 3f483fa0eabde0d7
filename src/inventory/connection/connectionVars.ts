// What the connection variables of a host mean, for those who look them up or let an editor complete them.

/** A variable of the connection as JSON Schema describes it. */
export type ConnectionVar = {
  readonly type: 'string' | 'number' | 'integer' | 'boolean'
  readonly description: string
}

const text = (description: string): ConnectionVar => ({ type: 'string', description })

/** The variables that `connectionSettings` reads, by the first of their names. */
export const connectionVars: { readonly [name: string]: ConnectionVar } = {
  ansible_host: text('Address to connect to. Default: the name of the host.'),
  ansible_port: { type: 'integer', description: 'Port of sshd. Default: as ssh_config says, else 22.' },
  ansible_user: text('User to log in as. Default: as ssh_config says, else your own name.'),
  ansible_password: text('SSH password; keep it in a vault.'),
  ansible_private_key_file: text('Private key; ~ is your home.'),
  ansible_private_key_passphrase: text('Passphrase of the private key; keep it in a vault.'),
  ansible_connection: text('ssh (default), or local for this machine.'),
  ansible_timeout: { type: 'number', description: 'Seconds until a connect is given up. Default 10.' },
  ansible_ssh_args: text("Arguments as on ssh's command line, before all others."),
  ansible_ssh_common_args: text("Arguments as on ssh's command line: -o ProxyJump=jump"),
  ansible_ssh_extra_args: text("Arguments as on ssh's command line, after all others."),
  ansible_host_key_checking: {
    type: 'boolean',
    description: 'Whether an unknown or changed host key is refused. Default: as ssh_config says, else true.',
  },
  ansible_become: { type: 'boolean', description: 'Whether tasks become another user. Default false.' },
  ansible_become_user: text('User to become. Default root.'),
  ansible_become_method: text('How to become it: sudo (default), su or doas.'),
  ansible_become_password: text(
    "Password for becoming the user: your own on the host for sudo and doas, that user's for su; keep it in a vault.",
  ),
  ansible_become_exe: text('Program that becomes the user. Default: that of the method, on PATH.'),
  ansible_become_flags: text('Words for that program, in place of its usual ones.'),
}
