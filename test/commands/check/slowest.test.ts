import { jestFiles, pytestFiles, slowest } from '../../../lib/commands/check/slowest';

test('files of jest take from their start to their end', () => {
  const json = JSON.stringify({
    testResults: [{ name: '/project/test/a.test.ts', startTime: 1_000, endTime: 3_500 }],
  });
  expect(jestFiles(json, '/project')).toEqual([{ path: 'test/a.test.ts', seconds: 2.5 }]);
});

test('files of pytest take what their tests take', () => {
  const xml = `<testsuites><testsuite><testcase classname="test.cost.test_a" name="test_one[&quot;x&quot;]" time="1.5" />
<testcase classname="test.cost.test_a" name="test_two" time="0.25"><failure>no</failure></testcase>
<testcase classname="test.test_b" name="test_one" time="2.0" /></testsuite></testsuites>`;
  expect(pytestFiles(xml)).toEqual([
    { path: 'test/cost/test_a.py', seconds: 1.75 },
    { path: 'test/test_b.py', seconds: 2 },
  ]);
});

test('the ten slowest come first, the slowest of all on top', () => {
  const files = Array.from({ length: 12 }, (_, index) => ({
    path: `test/${index}.test.ts`,
    seconds: index * 10,
  }));
  expect(slowest(files)).toHaveLength(10);
  expect(slowest(files)[0]).toBe('  110 s  test/11.test.ts');
});
