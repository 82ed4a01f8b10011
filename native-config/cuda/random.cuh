// Random numbers by counter: Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2,
// 3"), as RandomStream defines its streams.
#pragma once

// The four numbers of a block of a stream. `seed` points to the key's two words, the lower first.
__device__ inline uint4 random_block(const unsigned* seed, unsigned stream, unsigned long long block) {
    unsigned key0 = seed[0];
    unsigned key1 = seed[1];
    uint4 words = make_uint4((unsigned) block, (unsigned) (block >> 32), stream, 0);
    for (int round = 0; round < 10; round++) {
        unsigned long long product0 = 0xD2511F53ull * words.x;
        unsigned long long product1 = 0xCD9E8D57ull * words.z;
        words = make_uint4((unsigned) (product1 >> 32) ^ words.y ^ key0, (unsigned) product1,
                           (unsigned) (product0 >> 32) ^ words.w ^ key1, (unsigned) product0);
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return words;
}
