import { once } from 'node:events';
import { createServer } from 'node:net';
import { UserError } from '../../console/user-error';

/**
 * Finds out whether a server could listen on a port of loopback, before the training that it would wait for.
 * @throws UserError where it could not
 */
export async function checkPort(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another process listens on it' : message;
    throw new UserError(
      `--serve: cannot listen on port ${port} (${reason}); name another, or 0 for a free one`,
    );
  }
  server.close();
  await once(server, 'close');
}
