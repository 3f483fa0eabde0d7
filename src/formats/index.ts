// The entry run-playbook/formats: lossless editors of configuration files.

export * from './catalinaSh.ts'
export * from './httpd.ts'
export * from './ini.ts'
export * from './json.ts'
export * from './keyValue.ts'
export * from './properties.ts'
export * from './sshd.ts'
export * from './xml.ts'
export * from './yaml.ts'
