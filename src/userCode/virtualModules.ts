// Maps imports of run-playbook in users' files to this running copy.

/** The modules, by the name under which they are imported. */
export async function virtualModules(): Promise<Record<string, Record<string, unknown>>> {
  return {
    'run-playbook': await import('../index.ts'),
    'run-playbook/formats': await import('../formats/index.ts'),
    'run-playbook/tasks': await import('../../tasks/index.ts'),
    'run-playbook/tasks/httpd': await import('../../tasks/httpd/index.ts'),
    'run-playbook/tasks/tomcat': await import('../../tasks/tomcat/index.ts'),
    'run-playbook/testing': await import('../testing/tasks/planned.ts'),
  }
}
