// Looks for the number that, behind a salt, has a SHA-256 that begins with so many zero bits (at most 32). Written out,
// since browsers' own crypto.subtle is away on plain HTTP, and too slow for one block at a time.

const [ROUNDS, START] = constants();
const words = new Int32Array(64);

onmessage = ({ data: { salt, bits } }) => {
  let number = 0;
  while (Math.clz32(firstWord(`${salt}:${number}`)) < bits) number++;
  postMessage(number);
};

// The first bits of the fractions of the roots of the first primes (FIPS 180-4).
function constants() {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const bits = (root) => ((root % 1) * 2 ** 32) | 0;
  return [Int32Array.from(primes, (n) => bits(Math.cbrt(n))), primes.slice(0, 8).map((n) => bits(Math.sqrt(n)))];
}

function turned(word, by) {
  return (word >>> by) | (word << (32 - by));
}

// Of a text of ASCII that fits into one block: fewer than 56 characters.
function firstWord(text) {
  words.fill(0, 0, 16);
  for (let at = 0; at < text.length; at++) words[at >> 2] |= text.charCodeAt(at) << (24 - 8 * (at & 3));
  words[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
  words[15] = text.length * 8;
  for (let at = 16; at < 64; at++) {
    const [one, two] = [words[at - 15], words[at - 2]];
    const low = turned(one, 7) ^ turned(one, 18) ^ (one >>> 3);
    const high = turned(two, 17) ^ turned(two, 19) ^ (two >>> 10);
    words[at] = low + words[at - 7] + high + words[at - 16];
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let at = 0; at < 64; at++) {
    const choice = (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g));
    const first = (h + choice + ROUNDS[at] + words[at]) | 0;
    const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  return (a + START[0]) | 0;
}
