// bf16 in plain C++: sixteen numbers in two vectors of eight, products in single precision, which are exact. For processors without bf16
// instructions: not faster than single precision, but the same roundings, except that those instructions take numbers below 2^-126 for
// zero, so that a bf16 recipe can be tried anywhere.
#pragma once

#include "blocks.h"

namespace {

struct Portable {
    static constexpr int Height = 4, Panels = 1;

    typedef float Eight __attribute__((vector_size(32)));
    typedef uint32_t Words __attribute__((vector_size(32)));

    struct Sum {
        Eight low, high;
    };

    // The first and the second numbers of sixteen pairs.
    struct Pairs {
        Eight first_low, first_high, second_low, second_high;
    };

    static Sum zero() { return Sum{Eight{}, Eight{}}; }

    static Sum load(const float* from) {
        Sum sum;
        std::memcpy(&sum, from, sizeof sum);
        return sum;
    }

    static void store(float* to, const Sum& sum) { std::memcpy(to, &sum, sizeof sum); }

    static Pairs pairs(const uint32_t* from) {
        Words low, high;
        std::memcpy(&low, from, sizeof low);
        std::memcpy(&high, from + 8, sizeof high);
        return {(Eight)(low << 16), (Eight)(high << 16), (Eight)(low & 0xffff0000u), (Eight)(high & 0xffff0000u)};
    }

    static void dot(Sum& sum, uint32_t pair, const Pairs& w) {
        Words both = Words{} + pair;
#ifdef __AVX2__
        asm("" : "+x"(both)); // else the compiler takes the halves apart first and broadcasts both
#endif
        const Eight first = (Eight)(both << 16), second = (Eight)(both & 0xffff0000u);
        sum.low += first * w.first_low;
        sum.high += first * w.first_high;
        sum.low += second * w.second_low;
        sum.high += second * w.second_high;
    }

    // To nearest, ties to even; not-a-number stays one.
    static uint16_t round(float value) {
        uint32_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((bits >> 16) | 0x40u);
        return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
    }

    static void round(const float* from, int count, Half* to) {
        for (int i = 0; i < count; i++) to[i] = round(from[i]);
    }

    static void pair(const float* even, const float* odd, int count, uint32_t* to) {
        for (int i = 0; i < count; i++) to[i] = round(even[i]) | (odd ? static_cast<uint32_t>(round(odd[i])) << 16 : 0u);
    }
};

} // namespace
