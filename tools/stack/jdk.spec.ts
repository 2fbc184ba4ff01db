import { expect } from 'chai';
import { chooseJdk, parseJavaMajor } from './jdk.js';

describe('jdk', () => {
  it('reads the major version of old and new Javas', () => {
    expect(parseJavaMajor('openjdk version "17.0.15" 2025-04-15')).to.equal(17);
    expect(parseJavaMajor('openjdk version "25" 2025-09-16 LTS')).to.equal(25);
    expect(parseJavaMajor('java version "1.8.0_402"')).to.equal(8);
    expect(parseJavaMajor('openjdk version "21-ea" 2023-09-19')).to.equal(21);
    expect(parseJavaMajor('The operation could not be completed.')).to.equal(null);
  });

  it('takes the first that is new enough, whatever comes first', async () => {
    const versions: Record<string, number | null> = { home: null, path: 17, jvm21: 21, jvm25: 25 };
    const asked: string[] = [];
    const versionOf = async (binDir: string): Promise<number | null> => {
      asked.push(binDir);
      return versions[binDir] ?? null;
    };
    const jdk = await chooseJdk(['home', 'path', 'path', 'jvm21', 'jvm25'], versionOf);
    expect(jdk).to.deep.equal({ binDir: 'jvm21', major: 21 });
    expect(asked).to.deep.equal(['home', 'path', 'jvm21']);
  });

  it('says what to install, and what it found instead', async () => {
    const error = await chooseJdk(['/usr/bin'], async () => 17).catch((caught: Error) => caught);
    expect(String(error)).to.include('JDK 21 or newer').and.include('/usr/bin (17)');
    const none = await chooseJdk([], async () => null).catch((caught: Error) => caught);
    expect(String(none)).to.include('No Java was found');
  });
});
