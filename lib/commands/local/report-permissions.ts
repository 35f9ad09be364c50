import { html, type Html, table } from './html';
import type { PermissionUse } from './report-data';

/** Which role did what, and the statements that let it: folded, since there are many. */
export function permissionSection(uses: readonly PermissionUse[]): Html {
  const rows = uses.map(({ role, action, resource, allowed, statements, times }) => [
    role,
    action,
    resource,
    allowed ? 'allowed' : 'denied',
    statements.join(', '),
    times,
  ]);
  return html`<details>
    <summary>${uses.length} uses of permissions</summary>
    <div class="scroll">
      ${table(['role', 'action', 'resource', 'decision', 'statements', 'times'], rows)}
    </div>
  </details>`;
}
