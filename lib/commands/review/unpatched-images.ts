import { unpatchedImages } from '../../images/framework';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
import { code, joined, strong, type Text, text } from './document';

/** What a review says of images whose patching is over; a day alone brings it about, so no synthesis can. */
export function unpatchedImageRemarks(stacks: readonly AssemblyStack[], today: string): Text[] {
  const written = JSON.stringify(stacks.map(({ template }) => template));
  return unpatchedImages(written, today).map(({ images, since, wayOut }) => {
    const names = joined(
      images.map((image) => [code(image)]),
      ', ',
    );
    return text`${strong('No security patches')} since ${since} for ${names}: ${wayOut}.`;
  });
}
