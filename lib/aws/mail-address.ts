import { Token } from 'aws-cdk-lib';

/** SMTP's own limits (RFC 5321, 4.5.3.1): of the part before the @, and of the whole address. */
const MAX_LOCAL_LENGTH = 64;
const MAX_LENGTH = 254;

/** The part before the @: a dot-atom of RFC 5322. Quoted strings are legal and refused: they are more often a mistake. */
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** A host's name with a top-level domain: AWS sends no mail inside a company's network. */
const DOMAIN = /^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * What is wrong with a mail address that AWS is to write to; `path` is its place in the configuration, such as `hosting.notify`.
 * An address that is a token is not looked into.
 */
export function mailAddressProblems(path: string, address: string): string[] {
  if (Token.isUnresolved(address)) {
    return [];
  }
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  const domain = address.slice(at + 1);
  const valid =
    LOCAL_PART.test(local) &&
    DOMAIN.test(domain) &&
    local.length <= MAX_LOCAL_LENGTH &&
    address.length <= MAX_LENGTH;
  return valid
    ? []
    : [`${path}: '${address}' is not a mail address; write one address, such as name@example.com`];
}
