// The bf16 products of every instruction set against plain loops in double precision, on the shapes and edges that kernels have. The walk over
// AMX tiles is tested on any machine, with loops in the place of its instructions; the instructions themselves where the processor has them.
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "../src/bf16/portable.h"
#include "../src/bf16/tiles.h"

namespace {

int failures = 0;

// What the tile instructions do, by Intel's description of them.
struct EmulatedAmx {
    static uint32_t (&tile())[8][16][16] {
        static uint32_t tiles[8][16][16];
        return tiles;
    }

    static void begin() { std::memset(tile(), 0xcc, sizeof(tile())); } // what a tile held before is no one's business
    static void end() {}

    template <int T>
    static void zero() { std::memset(tile()[T], 0, sizeof(tile()[T])); }

    template <int T>
    static void load(const void* from, int64_t step) {
        for (int i = 0; i < 16; i++) std::memcpy(tile()[T][i], static_cast<const char*>(from) + i * step, 64);
    }

    template <int T>
    static void store(void* to, int64_t step) {
        for (int i = 0; i < 16; i++) std::memcpy(static_cast<char*>(to) + i * step, tile()[T][i], 64);
    }

    template <int Sum, int A, int B>
    static void dot() {
        for (int m = 0; m < 16; m++)
            for (int k = 0; k < 16; k++)
                for (int n = 0; n < 16; n++) {
                    float sum;
                    std::memcpy(&sum, &tile()[Sum][m][n], 4);
                    const uint32_t a = tile()[A][m][k], b = tile()[B][k][n];
                    sum += number(a << 16) * number(b << 16);
                    sum += number(a & 0xffff0000u) * number(b & 0xffff0000u);
                    std::memcpy(&tile()[Sum][m][n], &sum, 4);
                }
    }

    static void transpose(const uint32_t* from, int64_t step, uint32_t* to, int64_t step_to) {
        for (int i = 0; i < 16; i++)
            for (int j = 0; j < 16; j++) to[j * step_to + i] = from[i * step + j];
    }

    static float number(uint32_t bits) {
        float value;
        std::memcpy(&value, &bits, 4);
        return value;
    }
};

// The walk of AVX-512, twelve rows by two panels, with the arithmetic of the portable one.
struct WidePortable : Portable {
    static constexpr int Height = 12, Panels = 2;
};

float rounded(float value) { return EmulatedAmx::number(static_cast<uint32_t>(Portable::round(value)) << 16); }

std::vector<float> numbers(size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> result(count);
    for (auto& value : result) value = normal(random);
    return result;
}

void check(bool good, const std::string& what) {
    if (good) return;
    failures++;
    std::printf("FAILED %s\n", what.c_str());
}

bool near(double a, double b, double scale) { return std::fabs(a - b) <= 2e-6 * scale + 1e-6; }

// Panels of the result side by side in a row, or apart, with gaps between panels of weights and of the bias too.
void rows(const char* name, void (*run)(const Rows&), int rows, int segments, int k, int columns, bool bias, bool add, bool apart) {
    const int step_x = segments * k + 5, panels = (columns + Panel - 1) / Panel, total = segments * k, gap = apart ? 3 : 0;
    const int step_y = apart ? Panel + 1 : columns + 3;
    const int64_t segment = k + 1, next_w = static_cast<int64_t>(total + gap) * Panel, next_bias = Panel + gap;
    const int64_t next_y = apart ? static_cast<int64_t>(rows) * step_y + 5 : Panel;
    const auto x = numbers(static_cast<size_t>(rows * step_x + segments * segment), 1);
    auto w = numbers(static_cast<size_t>(panels * next_w), 2);
    const auto b = numbers(static_cast<size_t>(panels * next_bias), 3), old = numbers(static_cast<size_t>(rows * step_y + panels * next_y), 4);
    auto y = old;
    auto packed = w;
    check(kt_bf16_pack(packed.data(), panels, next_w, total) == KT_OK, "kt_bf16_pack");
    Rows p{};
    p.x = x.data(), p.step_x = step_x, p.segment = segment, p.w = reinterpret_cast<uint32_t*>(packed.data()), p.next_w = next_w;
    p.bias = bias ? b.data() : nullptr, p.next_bias = next_bias, p.y = y.data(), p.next_y = next_y, p.step_y = step_y;
    p.rows = rows, p.segments = segments, p.k = k, p.columns = columns, p.add = add;
    run(p);

    auto expected = std::vector<double>(old.begin(), old.end()), scales = std::vector<double>(old.size(), 0);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            const int panel = j / Panel, column = j % Panel;
            const auto at = static_cast<size_t>(panel * next_y + static_cast<int64_t>(i) * step_y + column);
            double sum = add ? old[at] : bias ? b[static_cast<size_t>(panel * next_bias + column)] : 0, scale = std::fabs(sum);
            for (int s = 0; s < segments; s++)
                for (int n = 0; n < k; n++) {
                    const float weight = rounded(w[static_cast<size_t>(panel * next_w + (s * k + n) * Panel + column)]);
                    const double product = static_cast<double>(rounded(x[static_cast<size_t>(i * step_x + s * segment + n)])) * weight;
                    sum += product;
                    scale += std::fabs(product);
                }
            expected[at] = sum, scales[at] = scale;
        }
    bool good = true;
    for (size_t at = 0; at < y.size(); at++) good = good && (scales[at] > 0 ? near(y[at], expected[at], scales[at]) : y[at] == old[at]);
    check(good, std::string(name) + " rows=" + std::to_string(rows) + " segments=" + std::to_string(segments) + " k=" + std::to_string(k) + " columns=" +
                    std::to_string(columns) + (bias ? " bias" : "") + (add ? " add" : "") + (apart ? " apart" : ""));
}

void outer(const char* name, void (*run)(const Outer&), int rows, int k, int panels) {
    const int step_x = k + 2, step_y = Panel + 1;
    const int64_t next_y = static_cast<int64_t>(rows) * step_y, next_to = static_cast<int64_t>(k) * Panel + 7;
    const auto x = numbers(static_cast<size_t>(rows * step_x), 5), y = numbers(static_cast<size_t>(6 * next_y), 6),
        old = numbers(static_cast<size_t>(6 * next_to), 7);
    auto to = old;
    Outer p{};
    p.x = x.data(), p.step_x = step_x, p.y = y.data(), p.next_y = next_y, p.step_y = step_y, p.to = to.data(), p.next_to = next_to;
    p.k = k, p.rows = rows, p.panels = panels;
    run(p);
    bool good = true;
    for (int64_t at = 0; at < 6 * next_to && good; at++) {
        const int64_t panel = at / next_to, inside = at % next_to, n = inside / Panel, j = inside % Panel;
        double sum = old[at], scale = std::fabs(sum);
        const bool touched = panel < panels && n < k;
        for (int i = 0; i < rows && touched; i++) {
            const double product = static_cast<double>(rounded(x[i * step_x + n])) * rounded(y[panel * next_y + i * step_y + j]);
            sum += product;
            scale += std::fabs(product);
        }
        good = touched ? near(to[at], sum, scale) : to[at] == old[at];
    }
    check(good, std::string(name) + " gradient rows=" + std::to_string(rows) + " k=" + std::to_string(k) + " panels=" + std::to_string(panels));
}

void all(const char* name, void (*product)(const Rows&), void (*gradient)(const Outer&)) {
    for (int count : {1, 2, 5, 13, 16, 17, 31, 33, 95, 97, 130})
        for (int columns : {1, 3, 16, 17, 32, 40, 48})
            for (int k : {16, 17, 31, 33, 64})
                for (int way = 0; way < 3; way++) rows(name, product, count, 1, k, columns, way == 1, way == 2, false);
    for (bool apart : {false, true}) {
        for (int k : {3, 16, 17}) rows(name, product, 50, 6, k, 33, true, false, apart);
        for (int columns : {16, 32, 40}) rows(name, product, 29, 1, 33, columns, true, false, apart);
        rows(name, product, 20, 2, 200, 64, false, true, apart);
    }
    for (int count : {1, 2, 15, 32, 33, 128, 129, 300})
        for (int k : {1, 7, 16, 17, 48, 255, 257, 300})
            for (int panels : {1, 2, 5}) outer(name, gradient, count, k, panels);
}

struct Named {
    const char* name;
    int32_t kind;
};

void product_of_the_library(const Rows& p) { check(kt_bf16_rows(&p) == KT_OK, "kt_bf16_rows"); }
void gradient_of_the_library(const Outer& p) { check(kt_bf16_outer(&p) == KT_OK, "kt_bf16_outer"); }

} // namespace

int main() {
    all("tiles, emulated", &rows_by<Portable, Tiles<EmulatedAmx>>, &outer_by<Portable, Tiles<EmulatedAmx>>);
    all("twelve by two, emulated", &rows_by<WidePortable, Broadcast<WidePortable>>, &outer_by<WidePortable, Broadcast<WidePortable>>);
    for (const auto& unit : {Named{"portable", KT_BF16_PORTABLE}, Named{"AVX2", KT_BF16_AVX2}, Named{"AVX-512", KT_BF16_AVX512}, Named{"AMX", KT_BF16_AMX}}) {
        if (kt_bf16_use(unit.kind) != KT_OK) {
            std::printf("not here: %s\n", unit.name);
            continue;
        }
        check(kt_bf16_unit() == unit.kind, "kt_bf16_use");
        all(unit.name, &product_of_the_library, &gradient_of_the_library);
        std::printf("ran: %s\n", unit.name);
    }
    check(kt_bf16_use(17) == KT_USAGE, "an unknown unit is refused");
    check(kt_bf16_use(KT_BF16_BEST) == KT_OK, "the best unit comes back");
    float small[8 * Panel] = {};
    check(kt_bf16_pack(small, 1, 8 * Panel, 8) == KT_USAGE, "eight numbers are too few for pairs");
    check(Portable::round(NAN) != Portable::round(INFINITY) && std::isnan(rounded(NAN)) && std::isinf(rounded(INFINITY)), "not-a-number stays one");
    std::printf(failures ? "%d checks failed\n" : "all bf16 checks passed\n", failures);
    return failures ? 1 : 0;
}
