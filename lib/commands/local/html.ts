/** Markup that may stand in a page as it is. */
export class Html {
  constructor(readonly markup: string) {}
  public toString(): string {
    return this.markup;
  }
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
