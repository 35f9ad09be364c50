import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const PACKAGES = ['tensorflow', 'keras', 'torch', 'transformers', 'scikit-learn', 'xgboost', 'numpy'];

const PROGRAM = `
import importlib.metadata, json, platform, sys
versions = {"Python": platform.python_version()}
for name in sys.argv[1:]:
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(versions))
`;

/** Versions of what trained and served: Python, its frameworks, and the Node.js around them. */
export async function runVersions(python: string): Promise<Record<string, string>> {
  const { stdout } = await promisify(execFile)(python, ['-c', PROGRAM, ...PACKAGES]);
  return { ...(JSON.parse(stdout) as Record<string, string>), 'Node.js': process.version };
}
