// The bf16 instructions of AVX-512: sixteen dot products of pairs at a time.
#pragma once

#include <immintrin.h>

#include "blocks.h"

namespace {

struct Avx512 {
    static constexpr int Height = 12, Panels = 2; // 24 sums, two panels and a broadcast in 32 registers
    using Sum = __m512;

    static Sum zero() { return _mm512_setzero_ps(); }
    static Sum load(const float* from) { return _mm512_loadu_ps(from); }
    static void store(float* to, Sum sum) { _mm512_storeu_ps(to, sum); }
    static __m512bh pairs(const uint32_t* from) { return (__m512bh)_mm512_loadu_si512(from); }
    static void dot(Sum& sum, uint32_t pair, __m512bh w) { sum = _mm512_dpbf16_ps(sum, (__m512bh)_mm512_set1_epi32(static_cast<int>(pair)), w); }

    static void round(const float* from, int count, Half* to) {
        int i = 0;
        for (; i + 32 <= count; i += 32)
            _mm512_storeu_si512(to + i, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + i + 16), _mm512_loadu_ps(from + i)));
        for (; i < count; i += 16) {
            const auto mask = static_cast<__mmask16>(count - i >= 16 ? 0xffff : (1u << (count - i)) - 1);
            _mm256_mask_storeu_epi16(to + i, mask, (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, from + i)));
        }
    }

    static void pair(const float* even, const float* odd, int count, uint32_t* to) {
        for (int i = 0; i < count; i += 16) {
            const auto mask = static_cast<__mmask16>(count - i >= 16 ? 0xffff : (1u << (count - i)) - 1);
            const __m512i first = widened(_mm512_maskz_loadu_ps(mask, even + i));
            const __m512i second = odd ? widened(_mm512_maskz_loadu_ps(mask, odd + i)) : _mm512_setzero_si512();
            _mm512_mask_storeu_epi32(to + i, mask, _mm512_or_si512(first, _mm512_slli_epi32(second, 16)));
        }
    }

private:
    static __m512i widened(__m512 numbers) { return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(numbers)); }
};

} // namespace
