import { Aws } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { mailAddressProblems } from '../../lib/aws/mail-address';

describe('the check of a mail address', () => {
  test.each([
    'name@example.com',
    "o'brien+budget@mail.example.co.uk",
    'a@b.c',
    'first.last@xn--bcher-kva.example',
  ])('takes %s', (address) => {
    expect(mailAddressProblems('notify', address)).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['a name alone', 'name'],
    ['no name', '@example.com'],
    ['a host without a domain', 'name@localhost'],
    ['a space', 'na me@example.com'],
    ['a line end, which could start another header', 'name@example.com\n'],
    ['a display name', 'Name <name@example.com>'],
    ['two addresses', 'a@example.com,b@example.com'],
    ['two @', 'a@b@example.com'],
    ['a URL', 'mailto:name@example.com?subject=a b'],
    ['a dot at the end of the name', 'name.@example.com'],
    ['two dots in the domain', 'name@example..com'],
    ['a hyphen at the end of a label', 'name@example-.com'],
    ['an IP address', 'name@192.0.2.1'],
    ['65 characters before the @', `${'a'.repeat(65)}@example.com`],
    ['255 characters', `a@${'b.'.repeat(125)}com`],
  ])('refuses %s and names the prop, the value and the form', (_case, address) => {
    expect(mailAddressProblems('hosting.notify', address)).toEqual([
      `hosting.notify: '${address}' is not a mail address; write one address, such as name@example.com`,
    ]);
  });

  test('leaves tokens alone', () => {
    expect(mailAddressProblems('notify', `${Aws.ACCOUNT_ID}`)).toEqual([]);
  });

  test('takes every address that a generator of them makes, within the limits of SMTP', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        expect(mailAddressProblems('notify', address)).toEqual([]);
      }),
    );
  });
});
