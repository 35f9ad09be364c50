/** What a class of the mask is called and how it is drawn. */
export interface SegmentationClass {
  readonly name: string;
  /** Red, green, blue, 0–255. */
  readonly color: readonly [number, number, number];
  /** How much of the photograph the colour hides in an overlay, 0–1. */
  readonly opacity: number;
}

/**
 * The example model's classes by index: trimap value minus one; the one place that knows them, and may be empty.
 * The hues stay apart for the colour-blind (after Okabe and Ito).
 */
export const NAMED_CLASSES: readonly SegmentationClass[] = [
  { name: 'object', color: [0, 170, 130], opacity: 0.45 },
  { name: 'background', color: [66, 76, 116], opacity: 0.6 },
  { name: 'outline', color: [255, 209, 26], opacity: 0.85 },
];

/** Largest class count that one byte per pixel can hold. */
export const MAXIMUM_CLASSES = 256;

/** The class with this index; a model with more classes than the example's gets numbered ones, each with a hue of its own. */
export function segmentationClass(index: number): SegmentationClass {
  return NAMED_CLASSES[index] ?? { name: `class ${index}`, color: numberedColor(index), opacity: 0.6 };
}

/** The class's colour for a style sheet. */
export function classStyle(index: number): string {
  return `rgb(${segmentationClass(index).color.join(' ')})`;
}

/** Steps of the golden angle: any run of neighbouring indices gets hues far from each other. */
function numberedColor(index: number): [number, number, number] {
  // Class 3 begins at magenta, which no named class has.
  const hue = (index * 137.508 + 240) % 360;
  const lightness = 0.45 + 0.15 * (index % 3);
  const amplitude = 0.85 * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const position = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - amplitude * Math.max(-1, Math.min(position - 3, 9 - position, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
