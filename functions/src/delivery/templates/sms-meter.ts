/** How a text travels as a text message. `characters` as they count: one outside GSM-7's basic table counts double. */
export interface SmsSize {
  readonly encoding: 'GSM-7' | 'UCS-2';
  readonly characters: number;
  readonly segments: number;
}

/** What the provider's own calculator says of text messages. */
export interface SmsMeter {
  measure(text: string): SmsSize;
  /** Of a text what GSM-7 has, in characters that count once; accents that it lacks are taken off their letters. */
  toGsm(text: string): string;
}

/** The calculator is loaded with the first call. */
export async function loadSmsMeter(): Promise<SmsMeter> {
  const { SegmentedMessage } = await import('sms-segments-calculator');
  const charactersOf = (text: string, isSmart = false) => new SegmentedMessage(text, 'auto', isSmart).encodedChars;
  return {
    measure(text) {
      const { encodingName, numberOfCharacters, segmentsCount } = new SegmentedMessage(text);
      return { encoding: encodingName, characters: numberOfCharacters, segments: segmentsCount };
    },
    toGsm(text) {
      const plain = charactersOf(text, true).map(({ raw, isGSM7 }) => (isGSM7 ? raw : withoutMarks(raw)));
      const known = charactersOf(plain.join('')).filter(({ isGSM7 }) => isGSM7);
      const single = charactersOf(joined(known)).filter(({ codeUnits }) => codeUnits.length === 1);
      return joined(single);
    },
  };
}

function joined(characters: readonly { readonly raw: string }[]): string {
  return characters.map(({ raw }) => raw).join('');
}

function withoutMarks(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '');
}
