// The walk of AMX: tiles of sixteen rows by sixteen columns, two by two, each sum over sixteen pairs at a time. What a tile instruction does is
// the backend's: the processor's, or plain loops in a test on a machine that has none.
#pragma once

#include "blocks.h"

namespace {

// Backend: begin(), end(), zero<T>(), load<T>(from, step in bytes), store<T>(to, step in bytes), dot<Sum, A, B>(), on tiles of 16 rows of
// 64 bytes; transpose(from, step, to, step): 16 x 16 words.
template <class Backend>
struct Tiles {
    static constexpr int Height = 32, Panels = 2, Pairs = 16;

    template <int N>
    static void strip(const Strip& s) {
        Backend::begin();
        for (int row = 0; row < s.rows; row += Height) {
            const bool second = s.rows - row > 16;
            start<0>(s, row, 0);
            if (second) start<2>(s, row + 16, 0);
            if constexpr (N > 1) {
                start<1>(s, row, 1);
                if (second) start<3>(s, row + 16, 1);
            }
            const uint32_t* a = s.a + row * s.words;
            for (int64_t pair = 0; pair < s.words; pair += Pairs) {
                Backend::template load<6>(s.w[0] + pair * Panel, Panel * 4);
                Backend::template load<4>(a + pair, s.words * 4);
                Backend::template dot<0, 4, 6>();
                if constexpr (N > 1) {
                    Backend::template load<7>(s.w[1] + pair * Panel, Panel * 4);
                    Backend::template dot<1, 4, 7>();
                }
                if (!second) continue;
                Backend::template load<5>(a + 16 * s.words + pair, s.words * 4);
                Backend::template dot<2, 5, 6>();
                if constexpr (N > 1) Backend::template dot<3, 5, 7>();
            }
            finish<0>(s, row, 0);
            if (second) finish<2>(s, row + 16, 0);
            if constexpr (N > 1) {
                finish<1>(s, row, 1);
                if (second) finish<3>(s, row + 16, 1);
            }
        }
        Backend::end();
    }

    static void outer(const uint32_t* x, int64_t step, const uint32_t* y, int64_t next, int panels, int pairs, int k, float* to, int64_t next_to) {
        alignas(64) thread_local uint32_t turned[16 * OuterBlock / 2]; // [k][pairs] of sixteen numbers of x
        alignas(64) thread_local uint32_t edge[16 * 16];
        Backend::begin();
        for (int first = 0; first < k; first += 16) {
            const int count = std::min(16, k - first);
            for (int pair = 0; pair < pairs; pair += Pairs) {
                const uint32_t* from = x + pair * step + first;
                int64_t from_step = step;
                if (count < 16) {
                    for (int i = 0; i < 16; i++)
                        for (int j = 0; j < 16; j++) edge[i * 16 + j] = j < count ? from[i * step + j] : 0;
                    from = edge;
                    from_step = 16;
                }
                Backend::transpose(from, from_step, turned + pair, pairs);
            }
            int panel = 0;
            for (; panel + 2 <= panels; panel += 2) add<2>(turned, y + panel * next, next, pairs, count, to + panel * next_to + first * Panel, next_to);
            if (panel < panels) add<1>(turned, y + panel * next, next, pairs, count, to + panel * next_to + first * Panel, next_to);
        }
        Backend::end();
    }

private:
    // Adds the products of sixteen numbers of x, turned, and of one or two panels of y; the tile at the end of x goes over memory at the side.
    template <int N>
    static void add(const uint32_t* turned, const uint32_t* y, int64_t next, int pairs, int count, float* to, int64_t next_to) {
        alignas(64) thread_local float sums[2][16 * Panel];
        float* target[2] = {to, to + next_to};
        if (count < 16)
            for (int i = 0; i < N; i++) {
                std::memcpy(sums[i], target[i], static_cast<size_t>(count * Panel) * 4);
                std::memset(sums[i] + count * Panel, 0, static_cast<size_t>((16 - count) * Panel) * 4);
                target[i] = sums[i];
            }
        Backend::template load<0>(target[0], Panel * 4);
        if constexpr (N > 1) Backend::template load<1>(target[1], Panel * 4);
        for (int pair = 0; pair < pairs; pair += Pairs) {
            Backend::template load<4>(turned + pair, pairs * 4);
            Backend::template load<6>(y + pair * Panel, Panel * 4);
            Backend::template dot<0, 4, 6>();
            if constexpr (N > 1) {
                Backend::template load<7>(y + next + pair * Panel, Panel * 4);
                Backend::template dot<1, 4, 7>();
            }
        }
        Backend::template store<0>(target[0], Panel * 4);
        if constexpr (N > 1) Backend::template store<1>(target[1], Panel * 4);
        if (count < 16)
            for (int i = 0; i < N; i++) std::memcpy(to + i * next_to, sums[i], static_cast<size_t>(count * Panel) * 4);
    }

    // Rows behind the last one of a block are zeros in a, and pass by memory at the side in y.
    template <int T>
    static void start(const Strip& s, int row, int panel) {
        if (!s.add && !s.bias[panel]) {
            Backend::template zero<T>();
            return;
        }
        const int count = std::min(16, s.rows - row);
        const float* from = s.add ? s.y[panel] + row * s.step[panel] : s.bias[panel];
        int64_t step = s.add ? s.step[panel] : 0; // of step nothing: sixteen times the bias
        if (s.add && count < 16) {
            float* at = side();
            for (int i = 0; i < 16; i++) std::memcpy(at + i * Panel, from + std::min(i, count - 1) * step, Panel * 4);
            from = at;
            step = Panel;
        }
        Backend::template load<T>(from, step * 4);
    }

    template <int T>
    static void finish(const Strip& s, int row, int panel) {
        const int count = std::min(16, s.rows - row);
        float* to = s.y[panel] + row * s.step[panel];
        if (count == 16) {
            Backend::template store<T>(to, s.step[panel] * 4);
            return;
        }
        float* at = side();
        Backend::template store<T>(at, Panel * 4);
        for (int i = 0; i < count; i++) std::memcpy(to + i * s.step[panel], at + i * Panel, Panel * 4);
    }

    static float* side() {
        alignas(64) thread_local float numbers[16 * Panel];
        return numbers;
    }
};

} // namespace
