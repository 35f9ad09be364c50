/** Markup that may stand in a page as it is. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What a template takes: text and numbers are escaped, markup is not, a list is joined, nothing is nothing. */
export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose values are escaped, so that no name of a file, metric or error becomes markup. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.reduce((markup, string, at) => markup + render(values[at - 1]) + string));
}

/** A table whose rows begin with what they are of; none of its head for no names of columns. */
export function table(columns: readonly string[], rows: readonly (readonly HtmlValue[])[], kind = ''): Html {
  const head = html`<thead>
    <tr>
      ${columns.map((name) => html`<th scope="col">${name}</th>`)}
    </tr>
  </thead>`;
  const row = ([of, ...cells]: readonly HtmlValue[]) =>
    html`<tr>
      <th scope="row">${of}</th>
      ${cells.map((cell) => html`<td>${cell}</td>`)}
    </tr>`;
  return html`<table class="${kind}">
    ${columns.length > 0 ? head : undefined}
    <tbody>
      ${rows.map(row)}
    </tbody>
  </table>`;
}

/** What a reader may ask for, folded below a line that names it. */
export function folded(summary: HtmlValue, content: HtmlValue): Html {
  return html`<details>
    <summary>${summary}</summary>
    <div class="scroll">${content}</div>
  </details>`;
}

function render(value: HtmlValue): string {
  if (value === undefined) {
    return '';
  }
  if (value instanceof Html) {
    return value.markup;
  }
  if (typeof value === 'string' || typeof value === 'number') {
    return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
  }
  return value.map(render).join('');
}
