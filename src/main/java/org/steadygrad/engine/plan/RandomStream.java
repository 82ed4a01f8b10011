package org.steadygrad.engine.plan;

/**
 * Random numbers by counter instead of by state: number i of a stream depends on the seed, the stream and i alone, so that
 * every engine gets the same, however it divides its work. The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw
 * 2011, "Parallel random numbers: as easy as 1, 2, 3"); its key is the seed (low word first), its counter (i / 4, low
 * word first; stream; 0), and number i is word i mod 4 of the block.
 *
 * <p>A dropout mask keeps element i where the number, taken without sign, is below {@code round(keep * 2^32)}. Elements
 * count in the order [examples][steps][features].
 */
public final class RandomStream {
    private static final int ROUNDS = 10;
    private static final int WORDS = 4;
    private static final int BLOCKS = 256;
    private static final ThreadLocal<long[][]> LANES = ThreadLocal.withInitial(() -> new long[WORDS][BLOCKS]);
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final long WORD = 0xFFFFFFFFL;

    private RandomStream() {}

    /** Numbers below this, without sign, mean that an element is kept; 2^32 keeps all. */
    public static long threshold(double keep) {
        return Math.round(keep * (WORD + 1));
    }

    /**
     * Fills an array with a stream's numbers.
     *
     * @param seed of the pass
     * @param stream number of the stream
     * @param first position in the stream of the first number
     * @param target its first {@code count} elements are overwritten
     */
    public static void fill(long seed, int stream, long first, int[] target, int count) {
        long[][] words = LANES.get();
        int skip = (int) (first % WORDS);
        long block = first / WORDS;
        for (int done = 0; done < count; block += BLOCKS) {
            int wanted = Math.min(BLOCKS, (count - done + skip + WORDS - 1) / WORDS);
            start(words, stream, block, wanted);
            int low = (int) seed;
            int high = (int) (seed >>> 32);
            for (int round = 0; round < ROUNDS; round++) {
                round(words, low & WORD, high & WORD, wanted);
                low += WEYL_0;
                high += WEYL_1;
            }
            done += write(words, skip, target, done, Math.min(count - done, wanted * WORDS - skip));
            skip = 0;
        }
    }

    /** The counters of blocks that follow each other; words are kept in longs, which vector instructions multiply. */
    private static void start(long[][] words, int stream, long block, int count) {
        for (int i = 0; i < count; i++) {
            words[0][i] = (block + i) & WORD;
            words[1][i] = (block + i) >>> 32;
            words[2][i] = stream & WORD;
            words[3][i] = 0;
        }
    }

    private static void round(long[][] words, long key0, long key1, int count) {
        long[] a = words[0];
        long[] b = words[1];
        long[] c = words[2];
        long[] d = words[3];
        for (int i = 0; i < count; i++) {
            long product0 = MULTIPLIER_0 * a[i];
            long product1 = MULTIPLIER_1 * c[i];
            a[i] = (product1 >>> 32) ^ b[i] ^ key0;
            b[i] = product1 & WORD;
            c[i] = (product0 >>> 32) ^ d[i] ^ key1;
            d[i] = product0 & WORD;
        }
    }

    private static int write(long[][] words, int skip, int[] target, int at, int count) {
        for (int i = 0; i < count; i++) {
            target[at + i] = (int) words[(skip + i) % WORDS][(skip + i) / WORDS];
        }
        return count;
    }
}
