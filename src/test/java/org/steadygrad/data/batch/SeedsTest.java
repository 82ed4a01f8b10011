package org.steadygrad.data.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeedsTest {
    @Test
    void everyAddressHasItsOwnGenerator() {
        Set<Long> seen = new HashSet<>();
        for (long a = -2; a < 30; a++) {
            for (long b = -2; b < 30; b++) {
                seen.add(Seeds.at(a, b).nextLong());
            }
            seen.add(Seeds.at(a).nextLong());
        }
        assertEquals(32 * 32 + 32, seen.size());
    }

    @Test
    void permutationHoldsEveryNumberOnceAndEveryOneIsPossible() {
        int[] order = Seeds.permutation(33, Seeds.at(1));
        assertArrayEquals(
                IntStream.range(0, 33).toArray(), IntStream.of(order).sorted().toArray());
        Set<String> orders = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            orders.add(java.util.Arrays.toString(Seeds.permutation(4, Seeds.at(2, i))));
        }
        assertEquals(24, orders.size());
    }
}
