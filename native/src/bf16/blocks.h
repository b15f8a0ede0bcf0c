// What the instruction sets share: rounding blocks of rows into pairs, and walking over tiles. For one translation unit: everything is in
// an unnamed namespace, compiled with that unit's flags.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "products.h"

namespace {

using kinema::bf16::Outer;
using kinema::bf16::Panel;
using kinema::bf16::Rows;

constexpr int RowBlock = 96;    // rows that are rounded at a time, a multiple of every tile's height
constexpr int OuterBlock = 128; // rows of a gradient of weights, likewise
constexpr int OuterWidth = 256; // numbers of a row of x of a gradient of weights

// A bf16 number of a row that is read as pairs: the compiler must not take the two for different memory.
typedef uint16_t Half __attribute__((may_alias));

constexpr int64_t up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

// Memory of a thread that grows and is kept.
class Buffer {
public:
    ~Buffer() { std::free(data); }

    uint32_t* words(size_t count) {
        if (count > room) {
            std::free(data);
            data = static_cast<uint32_t*>(std::aligned_alloc(64, static_cast<size_t>(up(static_cast<int64_t>(count) * 4, 64))));
            room = data ? count : 0;
            if (!data) throw std::bad_alloc();
        }
        return data;
    }

private:
    uint32_t* data = nullptr;
    size_t room = 0;
};

// Where a panel with fewer than sixteen columns is computed.
struct Side {
    alignas(64) float numbers[RowBlock * Panel];
};

// Rounds `count` rows of all segments, one behind the other in a row of `words` pairs with zeros behind the last number.
template <class Isa>
void round_rows(const Rows& p, int first, int count, int height, uint32_t* to, int64_t words) {
    const int64_t length = static_cast<int64_t>(p.segments) * p.k;
    for (int i = 0; i < count; i++, to += words) {
        auto half = reinterpret_cast<Half*>(to);
        const float* x = p.x + (first + i) * p.step_x;
        for (int s = 0; s < p.segments; s++) Isa::round(x + s * p.segment, p.k, half + static_cast<int64_t>(s) * p.k);
        std::memset(half + length, 0, static_cast<size_t>(words * 4 - length * 2));
    }
    for (int i = count; i < up(count, height); i++, to += words) std::memset(to, 0, static_cast<size_t>(words) * 4);
}

// Rounds pairs of rows of y, [pairs][16] words, zeros in the row behind the last and up to `pairs`.
template <class Isa>
void pair_rows(const float* x, int64_t step, int rows, int pairs, int columns, uint32_t* to, int64_t step_to) {
    for (int i = 0; i < pairs; i++, to += step_to) {
        const int even = 2 * i;
        if (even + 1 < rows) Isa::pair(x + even * step, x + (even + 1) * step, columns, to);
        else if (even < rows) Isa::pair(x + even * step, nullptr, columns, to);
        else std::memset(to, 0, static_cast<size_t>(columns) * 4);
    }
}

// A panel with fewer than sixteen columns goes over memory at the side.
inline void narrow_in(const float* y, int64_t step, int rows, int columns, float* side) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < Panel; j++) side[i * Panel + j] = j < columns ? y[i * step + j] : 0;
}

inline void narrow_out(const float* side, int rows, int columns, float* y, int64_t step) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) y[i * step + j] = side[i * Panel + j];
}

// One panel, or two neighbours, of a block of rows: what a tile walk gets.
struct Strip {
    const uint32_t* a; // the rounded rows
    int64_t words;     // of one of them
    const uint32_t* w[2];
    const float* bias[2];
    float* y[2];
    int64_t step[2];
    int rows;
    bool add;
};

// Walks over blocks of rows and strips of panels. Walk::strip<N>(strip) computes N panels.
template <class Isa, class Walk>
void rows_by(const Rows& p) {
    thread_local Buffer buffer;
    thread_local Side side;
    const int64_t words = up(static_cast<int64_t>(p.segments) * p.k, 32) / 2;
    uint32_t* a = buffer.words(static_cast<size_t>(words) * RowBlock);
    for (int first = 0; first < p.rows; first += RowBlock) {
        const int count = std::min(RowBlock, p.rows - first);
        round_rows<Isa>(p, first, count, Walk::Height, a, words);
        for (int column = 0, panel = 0; column < p.columns;) {
            Strip strip{a, words, {}, {}, {}, {}, count, p.add != 0};
            const int here = Walk::Panels > 1 && p.columns - column > Panel ? 2 : 1;
            int narrow = 0;
            for (int i = 0; i < here; i++, panel++, column += Panel) {
                strip.w[i] = p.w + panel * p.next_w;
                strip.bias[i] = p.bias ? p.bias + panel * p.next_bias : nullptr;
                strip.y[i] = p.y + panel * p.next_y + first * p.step_y;
                strip.step[i] = p.step_y;
                if (p.columns - column < Panel) {
                    narrow = p.columns - column;
                    if (p.add) narrow_in(strip.y[i], p.step_y, count, narrow, side.numbers);
                    strip.y[i] = side.numbers;
                    strip.step[i] = Panel;
                }
            }
            if (here == 2) Walk::template strip<2>(strip);
            else Walk::template strip<1>(strip);
            if (narrow) narrow_out(side.numbers, count, narrow, p.y + (panel - 1) * p.next_y + first * p.step_y, p.step_y);
        }
    }
}

// Walks over blocks of rows and of numbers of x. Walk::outer(x pairs, their step, y pairs of all panels, pairs, k, to, next) adds a block.
template <class Isa, class Walk>
void outer_by(const Outer& p) {
    thread_local Buffer pairs_x, pairs_y;
    constexpr int Pairs = OuterBlock / 2;
    uint32_t *x = pairs_x.words(Pairs * OuterWidth), *y = pairs_y.words(static_cast<size_t>(p.panels) * Pairs * Panel);
    for (int first = 0; first < p.rows; first += OuterBlock) {
        const int rows = std::min(OuterBlock, p.rows - first);
        const int pairs = static_cast<int>(up((rows + 1) / 2, Walk::Pairs));
        for (int i = 0; i < p.panels; i++)
            pair_rows<Isa>(p.y + i * p.next_y + first * p.step_y, p.step_y, rows, pairs, Panel, y + i * Pairs * Panel, Panel);
        for (int from = 0; from < p.k; from += OuterWidth) {
            const int k = std::min(OuterWidth, p.k - from);
            pair_rows<Isa>(p.x + first * p.step_x + from, p.step_x, rows, pairs, k, x, OuterWidth);
            Walk::outer(x, OuterWidth, y, Pairs * Panel, p.panels, pairs, k, p.to + static_cast<int64_t>(from) * Panel, p.next_to);
        }
    }
}

// The walk of instruction sets that multiply a broadcast pair by sixteen pairs: sums of Isa::Height rows by one or two panels in registers.
template <class Isa>
struct Broadcast {
    static constexpr int Height = Isa::Height, Panels = Isa::Panels, Pairs = 1;
    using Sum = typename Isa::Sum;

    template <int N>
    static void strip(const Strip& s) {
        for (int row = 0; row < s.rows; row += Height) {
            const int count = std::min(Height, s.rows - row);
            Sum sums[Height][N];
#pragma GCC unroll 16
            for (int i = 0; i < Height; i++)
#pragma GCC unroll 2
                for (int n = 0; n < N; n++) {
                    // A row that does not exist takes the last one's place; it is not stored.
                    const int at = std::min(i, count - 1);
                    if (s.add) sums[i][n] = Isa::load(s.y[n] + (row + at) * s.step[n]);
                    else sums[i][n] = s.bias[n] ? Isa::load(s.bias[n]) : Isa::zero();
                }
            multiply<N>(s.a + row * s.words, s.words, 1, s.w[0], s.w[N - 1], s.words, sums);
#pragma GCC unroll 16
            for (int i = 0; i < Height; i++)
#pragma GCC unroll 2
                for (int n = 0; n < N; n++)
                    if (i < count) Isa::store(s.y[n] + (row + i) * s.step[n], sums[i][n]);
        }
    }

    static void outer(const uint32_t* x, int64_t step, const uint32_t* y, int64_t next, int panels, int pairs, int k, float* to, int64_t next_to) {
        int panel = 0;
        if constexpr (Panels > 1)
            for (; panel + 2 <= panels; panel += 2)
                add_outer<2>(x, step, y + panel * next, y + (panel + 1) * next, pairs, k, to + panel * next_to, next_to);
        for (; panel < panels; panel++) add_outer<1>(x, step, y + panel * next, y + panel * next, pairs, k, to + panel * next_to, 0);
    }

private:
    template <int N>
    static void add_outer(const uint32_t* x, int64_t step, const uint32_t* y0, const uint32_t* y1, int pairs, int k, float* to, int64_t next_to) {
        for (int first = 0; first < k; first += Height) {
            const int count = std::min(Height, k - first);
            Sum sums[Height][N];
#pragma GCC unroll 16
            for (int i = 0; i < Height; i++)
#pragma GCC unroll 2
                for (int n = 0; n < N; n++) sums[i][n] = Isa::load(to + (first + std::min(i, count - 1)) * Panel + n * next_to);
            if (count == Height) multiply<N>(x + first, 1, step, y0, y1, pairs, sums);
            else tail<N>(x + first, count, step, y0, y1, pairs, sums);
#pragma GCC unroll 16
            for (int i = 0; i < Height; i++)
#pragma GCC unroll 2
                for (int n = 0; n < N; n++)
                    if (i < count) Isa::store(to + (first + i) * Panel + n * next_to, sums[i][n]);
        }
    }

    // x behind its last number must not be read: the last one is read again.
    template <int N>
    static void tail(const uint32_t* x, int count, int64_t along, const uint32_t* w0, const uint32_t* w1, int64_t pairs, Sum (&sums)[Height][N]) {
        for (int64_t k = 0; k < pairs; k++, x += along, w0 += Panel, w1 += Panel) {
            const auto u = Isa::pairs(w0);
            const auto v = Isa::pairs(N > 1 ? w1 : w0);
#pragma GCC unroll 16
            for (int i = 0; i < Height; i++) {
                const uint32_t pair = x[std::min(i, count - 1)];
                Isa::dot(sums[i][0], pair, u);
                if constexpr (N > 1) Isa::dot(sums[i][1], pair, v);
            }
        }
    }

    // sums[i][n] += sum over pairs of x[i*step + pair*along] . w_n[pair]
    template <int N>
    [[gnu::always_inline]] static inline void multiply(
        const uint32_t* x, int64_t step, int64_t along, const uint32_t* w0, const uint32_t* w1, int64_t pairs, Sum (&sums)[Height][N]) {
        for (int64_t k = 0; k < pairs; k++, x += along, w0 += Panel, w1 += Panel) {
            const auto u = Isa::pairs(w0);
            if constexpr (N > 1) {
                const auto v = Isa::pairs(w1);
#pragma GCC unroll 16
                for (int i = 0; i < Height; i++) {
                    Isa::dot(sums[i][0], x[i * step], u);
                    Isa::dot(sums[i][1], x[i * step], v);
                }
            } else {
#pragma GCC unroll 16
                for (int i = 0; i < Height; i++) Isa::dot(sums[i][0], x[i * step], u);
            }
        }
    }
};

} // namespace
