// Describes the connection variables, for help and for the completion of editors.

/** A connection variable as JSON Schema describes it. */
type ConnectionVar = {
  readonly type: 'string' | 'number' | 'integer' | 'boolean'
  readonly description: string
}

const text = (description: string): ConnectionVar => ({ type: 'string', description })

/** The variables that `connectionSettings` reads, by the first of their names. */
export const connectionVars: { readonly [name: string]: ConnectionVar } = {
  ansible_host: text('Address to connect to. Default: the name of the host.'),
  ansible_port: { type: 'integer', description: 'Port of sshd. Default: that of ssh_config, else 22.' },
  ansible_user: text('User to log in as. Default: that of ssh_config, else your own name.'),
  ansible_password: text('SSH password; keep it in a vault.'),
  ansible_private_key_file: text('Private key; ~ is your home.'),
  ansible_private_key_passphrase: text('Passphrase of the private key; keep it in a vault.'),
  ansible_connection: text(
    'ssh (default), local for this machine, or a container: docker, podman, machinectl.',
  ),
  ansible_timeout: { type: 'number', description: 'Seconds to wait for a connection. Default 10.' },
  ansible_docker_extra_args: text('Arguments of docker, before its command: -H ssh://build-01'),
  ansible_podman_extra_args: text('Arguments of podman, before its command.'),
  ansible_ssh_args: text('Arguments of ssh, before all others.'),
  ansible_ssh_common_args: text('Arguments of ssh: -o ProxyJump=jump'),
  ansible_ssh_extra_args: text('Arguments of ssh, after all others.'),
  ansible_host_key_checking: {
    type: 'boolean',
    description: 'Whether to refuse an unknown or changed host key. Default: that of ssh_config, else true.',
  },
  ansible_become: { type: 'boolean', description: 'Whether tasks become another user. Default false.' },
  ansible_become_user: text('User to become. Default root.'),
  ansible_become_method: text('How to become that user: sudo (default), su or doas.'),
  ansible_become_password: text(
    "Password for becoming the user: the login user's for sudo and doas, the other user's for su; keep it in a vault.",
  ),
  ansible_become_exe: text('Program to run. Default: that of the method, on PATH.'),
  ansible_become_flags: text('Flags of that program, in place of the usual ones.'),
}
