/** A product of a price list, in short. */
export interface ListedProduct {
  readonly usagetype: string;
  readonly unit: string;
  readonly usd: string;
  readonly productFamily?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * A bulk price list in the form that AWS documents, with the attributes of real SageMaker products: their
 * instanceType is empty or has a suffix, so that only the usage type names the instance.
 */
export function priceListDocument(listed: readonly ListedProduct[], regionCode = 'us-east-1'): unknown {
  const skus = listed.map((product, index) => ({ sku: `SKU${String(index).padStart(13, '0')}`, ...product }));
  return {
    formatVersion: 'v1.0',
    disclaimer: 'This pricing list is for informational purposes only.',
    offerCode: 'AmazonSageMaker',
    version: '20260924235959',
    publicationDate: '2026-09-24T23:59:59Z',
    products: Object.fromEntries(
      skus.map(({ sku, usagetype, productFamily = 'ML Instance', attributes }) => [
        sku,
        {
          sku,
          productFamily,
          attributes: {
            servicecode: 'AmazonSageMaker',
            location: 'US East (N. Virginia)',
            locationType: 'AWS Region',
            regionCode,
            servicename: 'Amazon SageMaker',
            operation: 'RunInstance',
            usagetype,
            ...attributes,
          },
        },
      ]),
    ),
    terms: {
      OnDemand: Object.fromEntries(
        skus.map(({ sku, unit, usd }) => [
          sku,
          {
            [`${sku}.JRTCKXETXF`]: {
              offerTermCode: 'JRTCKXETXF',
              sku,
              effectiveDate: '2026-09-01T00:00:00Z',
              priceDimensions: {
                [`${sku}.JRTCKXETXF.6YS6EN2CT7`]: {
                  rateCode: `${sku}.JRTCKXETXF.6YS6EN2CT7`,
                  description: `$${usd} per ${unit}`,
                  beginRange: '0',
                  endRange: 'Inf',
                  unit,
                  pricePerUnit: { USD: usd },
                  appliesTo: [],
                },
              },
              termAttributes: {},
            },
          },
        ]),
      ),
    },
  };
}
