import { parsePriceList } from '../../lib/cost/price-list';
import { priceListDocument, type ListedProduct } from './price-list-document';

function tables(listed: ListedProduct[]): Record<string, Record<string, number>> {
  const parsed = parsePriceList(priceListDocument(listed), 'list');
  return Object.fromEntries(Object.entries(parsed.tables).map(([name, table]) => [name, table!.prices]));
}

test('reads every kind of price from its usage type, with the day and the source', () => {
  const document = priceListDocument([
    { usagetype: 'USE1-Train:ml.m5.xlarge', unit: 'Hrs', usd: '0.2300000000' },
    { usagetype: 'USE1-Host:ml.g6e.2xlarge', unit: 'Hrs', usd: '2.8026000000' },
    { usagetype: 'USE1-AsyncInf:ml.g6e.2xlarge', unit: 'Hrs', usd: '2.8026000000' },
    { usagetype: 'USE1-Notebk:ml.t3.medium', unit: 'Hrs', usd: '0.0500000000' },
    { usagetype: 'USE1-Train:ml.p6-b200.48xlarge', unit: 'Hrs', usd: '130' },
    { usagetype: 'USE1-Notebk:VolumeUsage.gp2', unit: 'GB-Mo', usd: '0.14', productFamily: 'Storage' },
    {
      usagetype: 'USE1-ServerlessInf:Mem-3GB',
      unit: 'Seconds',
      usd: '0.00006',
      productFamily: 'ML Serverless',
    },
    {
      usagetype: 'USE1-ProvisionedConcurrency:Usage-2GB',
      unit: 'Seconds',
      usd: '0.00001',
      productFamily: 'ML Serverless',
    },
    { usagetype: 'USE1-Hst:Data-Bytes-Out', unit: 'GB', usd: '0.016', productFamily: 'Data Transfer' },
  ]);
  const table = (prices: Record<string, number>) => ({ date: '2026-09-24', prices, source: 'https://list' });
  expect(parsePriceList(document, 'https://list')).toEqual({
    date: '2026-09-24',
    conflicts: [],
    tables: {
      training: table({ 'ml.m5.xlarge': 0.23, 'ml.p6-b200.48xlarge': 130 }),
      hosting: table({ 'ml.g6e.2xlarge': 2.8026 }),
      asyncInference: table({ 'ml.g6e.2xlarge': 2.8026 }),
      notebook: table({ 'ml.t3.medium': 0.05 }),
      volume: table({ notebook: 0.14 }),
      serverless: table({ '3072': 0.00006 }),
      provisionedConcurrency: table({ '2048': 0.00001 }),
      endpointData: table({ out: 0.016 }),
    },
  });
});

test.each(['EU-', 'EUC1-', 'APN1-', 'UGW1-', ''])('knows the prefix %p of a region', (prefix) => {
  const listed = [{ usagetype: `${prefix}Train:ml.m5.xlarge`, unit: 'Hrs', usd: '0.256' }];
  expect(tables(listed)).toEqual({ training: { 'ml.m5.xlarge': 0.256 } });
});

test.each<[string, ListedProduct]>([
  ['another kind of instance', { usagetype: 'USE1-Processing:ml.m5.xlarge', unit: 'Hrs', usd: '0.23' }],
  ['Studio', { usagetype: 'USE1-Studio:JupyterLab-ml.m5.xlarge', unit: 'Hrs', usd: '0.23' }],
  ['a name that only ends alike', { usagetype: 'USE1-ReservedTrain:ml.m5.xlarge', unit: 'Hrs', usd: '0.1' }],
  ['a free product', { usagetype: 'USE1-Train:ml.m5.xlarge', unit: 'Hrs', usd: '0.0000000000' }],
  ['another unit', { usagetype: 'USE1-Train:ml.m5.xlarge', unit: 'Quantity', usd: '0.23' }],
  [
    'calls of warm functions',
    { usagetype: 'USE1-ProvisionedConcurrency:Mem-2GB', unit: 'Seconds', usd: '0.1' },
  ],
  [
    'an Outpost',
    {
      usagetype: 'USE1-Train:ml.m5.xlarge',
      unit: 'Hrs',
      usd: '0.1',
      attributes: { locationType: 'AWS Outposts' },
    },
  ],
])('leaves out %s', (_, product) => {
  expect(tables([product])).toEqual({});
});

test('reads the first step of a price that falls with use', () => {
  const document = priceListDocument([{ usagetype: 'USE1-Hst:Data-Bytes-In', unit: 'GB', usd: '0.016' }]);
  const text = JSON.stringify(document).replace(
    /"priceDimensions":\{/,
    '$&"later":{"unit":"GB","beginRange":"1000","endRange":"Inf","pricePerUnit":{"USD":"0.001"}},',
  );
  expect(parsePriceList(JSON.parse(text), 'list').tables.endpointData!.prices).toEqual({ in: 0.016 });
});

test('leaves a price unknown that the list gives twice', () => {
  const listed = [
    { usagetype: 'USE1-Host:VolumeUsage.gp2', unit: 'GB-Mo', usd: '0.112' },
    { usagetype: 'USE1-Host:VolumeUsage.gp2', unit: 'GB-Mo', usd: '0.14' },
    { usagetype: 'USE1-Train:VolumeUsage.gp2', unit: 'GB-Mo', usd: '0.14' },
    { usagetype: 'USE1-Train:VolumeUsage.gp2', unit: 'GB-Mo', usd: '0.14' },
  ];
  const parsed = parsePriceList(priceListDocument(listed), 'list');
  expect(parsed.conflicts).toEqual(['volume hosting']);
  expect(parsed.tables.volume!.prices).toEqual({ training: 0.14 });
});

test.each([null, [], {}, { products: {}, terms: { OnDemand: {} } }])(
  'fails for %j, which is no price list',
  (document) => {
    expect(() => parsePriceList(document, 'list')).toThrow('a price list has products, terms.OnDemand');
  },
);
