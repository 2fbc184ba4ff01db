import { expect } from 'chai';
import { fromProtoFields, fromProtoValue, type ProtoValue, toProtoFields, toProtoValue, UNREADABLE } from './values.js';

describe('values of documents', () => {
  it('come back as they were written', () => {
    const at = new Date('2026-01-01T12:00:00.123Z');
    const fields = {
      text: 'ä🦄',
      flag: false,
      none: null,
      whole: -7,
      part: 0.5,
      at,
      list: [1, 'a'],
      map: { in: { it: 1 } },
    };
    expect(fromProtoFields(asAnswered(toProtoFields(fields)))).to.deep.equal(fields);
  });

  it('are not there when they are undefined, and can be nothing else that is none', () => {
    expect(toProtoFields({ gone: undefined, kept: 1 })).to.deep.equal({ kept: { integerValue: 1 } });
    for (const value of [UNREADABLE, () => 1, 1n]) expect(() => toProtoValue(value)).to.throw(TypeError);
  });

  it('of a type that is not read are there, and are none of ours', () => {
    const recorded: readonly object[] = [
      { valueType: 'referenceValue', referenceValue: 'projects/p/databases/(default)/documents/orgs/any' },
      { valueType: 'geoPointValue', geoPointValue: { latitude: 1, longitude: 2 } },
      { valueType: 'bytesValue', bytesValue: Buffer.from('bytes') },
      { valueType: 'aTypeOfTomorrow' },
      {},
    ];
    for (const value of recorded)
      expect(fromProtoValue(value as ProtoValue), JSON.stringify(value)).to.equal(UNREADABLE);
    const nested = { valueType: 'arrayValue', arrayValue: { values: [recorded[0] as ProtoValue] } };
    expect(fromProtoFields({ list: nested })).to.deep.equal({ list: [UNREADABLE] });
  });

  it('are whole numbers only as long as they are exact', () => {
    const exact = Number.MAX_SAFE_INTEGER;
    expect(toProtoValue(exact)).to.deep.equal({ integerValue: exact });
    expect(toProtoValue(-exact)).to.deep.equal({ integerValue: -exact });
    for (const value of [exact + 1, -exact - 1, 1e300, 0.1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(toProtoValue(value)).to.deep.equal({ doubleValue: value });
    const huge = { valueType: 'integerValue', integerValue: '9223372036854775807' };
    expect(toProtoValue(fromProtoValue(huge))).to.deep.equal({ doubleValue: 2 ** 63 });
  });
});

/** What the client makes of values: it says which member is meant. */
function asAnswered(fields: Record<string, ProtoValue>): Record<string, ProtoValue> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, answered(value)]));
}

function answered(value: ProtoValue): ProtoValue {
  const [valueType = ''] = Object.keys(value);
  const { arrayValue, mapValue } = value;
  return {
    ...value,
    ...(arrayValue ? { arrayValue: { values: (arrayValue.values ?? []).map(answered) } } : {}),
    ...(mapValue ? { mapValue: { fields: asAnswered(mapValue.fields ?? {}) } } : {}),
    valueType,
  };
}
