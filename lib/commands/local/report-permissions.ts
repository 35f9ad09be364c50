import { html, type Html } from './html';
import type { PermissionUse } from './report-data';

/** Which role did what, and the statements that let it: folded, since there are many. */
export function permissionSection(uses: readonly PermissionUse[]): Html {
  return html`<details>
    <summary>${uses.length} uses of permissions</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${['Role', 'Action', 'Resource', 'Decision', 'Statements', 'Times'].map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${uses.map(
            ({ role, action, resource, allowed, statements, times }) =>
              html`<tr>
                <td>${role}</td>
                <td>${action}</td>
                <td>${resource}</td>
                <td>${allowed ? 'allowed' : 'denied'}</td>
                <td>${statements.join(', ')}</td>
                <td>${String(times)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
