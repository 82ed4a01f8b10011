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
        int done = 0;
        long block = first >> 2;
        int skip = (int) (first & 3);
        while (done < count) {
            done += block(seed, stream, block++, skip, target, done, count);
            skip = 0;
        }
    }

    /** Writes one block's numbers from the one numbered {@code skip} on and says how many. */
    private static int block(long seed, int stream, long block, int skip, int[] target, int at, int count) {
        int c0 = (int) block;
        int c1 = (int) (block >>> 32);
        int c2 = stream;
        int c3 = 0;
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = MULTIPLIER_0 * (c0 & WORD);
            long p1 = MULTIPLIER_1 * (c2 & WORD);
            int next0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            int next2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c1 = (int) p1;
            c3 = (int) p0;
            c0 = next0;
            c2 = next2;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        int written = Math.min(4 - skip, count - at);
        for (int i = 0; i < written; i++) {
            int lane = skip + i;
            target[at + i] = lane == 0 ? c0 : lane == 1 ? c1 : lane == 2 ? c2 : c3;
        }
        return written;
    }
}
