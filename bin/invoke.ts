import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DefaultEndpoint, invokeCommand } from '../lib/commands/invoke/invoke-command';
import { main } from '../lib/console/main';
import { synthesizeProject } from '../lib/assembly/synthesize';
import { UserError } from '../lib/console/user-error';
import { asynchronousEndpointMessage } from '../lib/commands/invoke/asynchronous-endpoint';
import { payloadLimit } from '../lib/commands/invoke/payload-limit';
import { stackName } from '../lib/names';

/** The endpoint that bin/app.ts declares. */
async function declaredEndpoint(): Promise<DefaultEndpoint> {
  const output = mkdtempSync(join(tmpdir(), 'invoke-'));
  try {
    const { endpoint, name } = (
      await synthesizeProject(join(__dirname, '..'), output, { projectName: undefined })
    ).project;
    if (!endpoint) {
      throw new UserError(
        'bin/app.ts declares no endpoint: give it hosting, or name an endpoint with --endpoint or --url',
      );
    }
    if (endpoint.asynchronous) {
      throw new UserError(asynchronousEndpointMessage(endpoint.endpointName, stackName(name, 'workspace')));
    }
    return { name: endpoint.endpointName, payloadLimit: payloadLimit(endpoint) };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

void main(invokeCommand(declaredEndpoint));
