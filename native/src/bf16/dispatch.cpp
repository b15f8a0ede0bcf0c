// The bf16 products of the contract: packs weights, and hands a product to the best instruction set of this processor.
#include <atomic>
#include <cstring>

#include "../bridge.h"
#include "portable.h"

#ifdef KINEMA_BF16_X86
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace kinema {
namespace bf16 {

#ifdef KINEMA_BF16_X86
namespace {

struct Features {
    uint32_t a = 0, b = 0, c = 0, d = 0;
};

Features features(uint32_t leaf, uint32_t subleaf) {
    Features f;
    if (!__get_cpuid_count(leaf, subleaf, &f.a, &f.b, &f.c, &f.d)) return {};
    return f;
}

bool bit(uint32_t word, int at) { return (word >> at) & 1u; }

// Which registers the operating system keeps across a thread switch.
uint64_t kept_registers() {
    if (!bit(features(1, 0).c, 27)) return 0;
    uint32_t low, high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (static_cast<uint64_t>(high) << 32) | low;
}

} // namespace

bool has_avx2() {
    const Features one = features(1, 0), seven = features(7, 0);
    return (kept_registers() & 0x6) == 0x6 && bit(one.c, 12) && bit(seven.b, 5); // FMA and AVX2
}

bool has_avx512() {
    const Features seven = features(7, 0), more = features(7, 1);
    const bool words = bit(seven.b, 16) && bit(seven.b, 30) && bit(seven.b, 31); // F, BW, VL
    return has_avx2() && (kept_registers() & 0xe6) == 0xe6 && words && bit(more.a, 5);
}

bool has_amx() {
    const Features seven = features(7, 0);
    if (!has_avx512() || (kept_registers() & 0x60000) != 0x60000 || !bit(seven.d, 22) || !bit(seven.d, 24)) return false;
    constexpr long RequestPermission = 0x1023, TileData = 18; // Linux keeps 8 KB more a thread only for processes that ask
    return syscall(SYS_arch_prctl, RequestPermission, TileData) == 0;
}
#endif

namespace {

int best() {
#ifdef KINEMA_BF16_X86
    if (has_amx()) return KT_BF16_AMX;
    if (has_avx512()) return KT_BF16_AVX512;
    if (has_avx2()) return KT_BF16_AVX2;
#endif
    return KT_BF16_PORTABLE;
}

bool can(int unit) {
    switch (unit) {
    case KT_BF16_PORTABLE: return true;
#ifdef KINEMA_BF16_X86
    case KT_BF16_AVX2: return has_avx2();
    case KT_BF16_AVX512: return has_avx512();
    case KT_BF16_AMX: return has_amx();
#endif
    default: return false;
    }
}

const Unit& unit_of(int unit) {
    switch (unit) {
#ifdef KINEMA_BF16_X86
    case KT_BF16_AVX2: return avx2;
    case KT_BF16_AVX512: return avx512;
    case KT_BF16_AMX: return amx;
#endif
    default: return portable;
    }
}

std::atomic<int>& chosen() {
    static std::atomic<int> unit{best()};
    return unit;
}

} // namespace
} // namespace bf16
} // namespace kinema

using namespace kinema;
using namespace kinema::bf16;

int32_t kt_bf16_unit(void) { return chosen(); }

kt_status kt_bf16_use(int32_t unit) {
    return guard([&] {
        if (unit == KT_BF16_BEST) unit = best();
        if (!can(unit)) throw usage_error("this processor has no such bf16 instructions");
        chosen() = unit;
    });
}

// Forward and in place: a pair is written where, at the latest, the numbers of its own row were, which have been read by then.
kt_status kt_bf16_pack(float* panels, int64_t count, int64_t next, int64_t k) {
    return guard([&] {
        if (k < 16) throw usage_error("pairs of fewer than sixteen numbers do not fit into their place");
        const int64_t pairs = (k + 31) / 32 * 16;
        for (int64_t panel = 0; panel < count; panel++) {
            float* from = panels + panel * next;
            for (int64_t i = 0; i < pairs; i++) {
                uint32_t row[Panel] = {};
                const float* even = from + 2 * i * Panel;
                if (2 * i < k) Portable::pair(even, 2 * i + 1 < k ? even + Panel : nullptr, Panel, row);
                std::memcpy(from + i * Panel, row, sizeof row);
            }
        }
    });
}

kt_status kt_bf16_rows(const kt_bf16_product* product) {
    return guard([&] { unit_of(chosen()).rows(*product); });
}

kt_status kt_bf16_outer(const kt_bf16_gradient* gradient) {
    return guard([&] { unit_of(chosen()).outer(*gradient); });
}
