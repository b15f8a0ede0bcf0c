#include "avx512.h"
#include "tiles.h"

namespace {

// Tile instructions by hand: the compiler's own wrappers of some versions do not say that they read and write memory, so that a store before
// one may be moved behind it.
struct Amx {
    struct alignas(64) Config {
        uint8_t palette, start_row, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    };

    static void begin() {
        static const Config config = [] {
            Config c{};
            c.palette = 1;
            for (int i = 0; i < 8; i++) {
                c.bytes[i] = 64;
                c.rows[i] = 16;
            }
            return c;
        }();
        asm volatile("ldtilecfg %0" : : "m"(config) : "memory");
    }

    static void end() { asm volatile("tilerelease" : : : "memory"); } // a thread switch need not save what nobody wants

    template <int T>
    static void zero() { asm volatile("tilezero %%tmm%c0" : : "i"(T)); }

    template <int T>
    static void load(const void* from, int64_t step) { asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(step), "i"(T) : "memory"); }

    template <int T>
    static void store(void* to, int64_t step) { asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(step), "i"(T) : "memory"); }

    template <int Sum, int A, int B>
    static void dot() { asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(Sum), "i"(A), "i"(B)); }

    // Words, then pairs, then fours, then halves change places.
    static void transpose(const uint32_t* from, int64_t step, uint32_t* to, int64_t step_to) {
        __m512i r[16], t[16];
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) r[i] = _mm512_loadu_si512(from + i * step);
#pragma GCC unroll 8
        for (int i = 0; i < 16; i += 2) {
            t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
            t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
        }
#pragma GCC unroll 4
        for (int i = 0; i < 16; i += 4) {
            r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
            r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
            r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
            r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
        }
        // r[4g + j] holds, in its 128-bit lane l, words 4g .. 4g+3 of column 4l + j
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            const __m512i a = _mm512_shuffle_i32x4(r[j], r[4 + j], 0x88), b = _mm512_shuffle_i32x4(r[8 + j], r[12 + j], 0x88);
            const __m512i c = _mm512_shuffle_i32x4(r[j], r[4 + j], 0xdd), d = _mm512_shuffle_i32x4(r[8 + j], r[12 + j], 0xdd);
            t[j] = _mm512_shuffle_i32x4(a, b, 0x88);
            t[8 + j] = _mm512_shuffle_i32x4(a, b, 0xdd);
            t[4 + j] = _mm512_shuffle_i32x4(c, d, 0x88);
            t[12 + j] = _mm512_shuffle_i32x4(c, d, 0xdd);
        }
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) _mm512_storeu_si512(to + i * step_to, t[i]);
    }
};

} // namespace

const kinema::bf16::Unit kinema::bf16::amx = {&rows_by<Avx512, Tiles<Amx>>, &outer_by<Avx512, Tiles<Amx>>};
