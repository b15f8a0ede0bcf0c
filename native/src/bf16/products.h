// Matrix products of rows whose factors are rounded to bf16 and whose sums are single precision. The second factor lies in panels of
// sixteen columns, as pairs along k: [k/2][16][2], which is what the bf16 instructions of a processor read. The first factor and the result are
// single precision in memory; rows are rounded on their way in, a block at a time.
//
// One file per instruction set, each compiled with its own flags; nothing of one may be linked into another, so all code that they
// share is in unnamed namespaces, and they are optimised in every build: then templates of the standard library are inlined.
#pragma once

#include "kinema_torch.h"

namespace kinema {
namespace bf16 {

constexpr int Panel = 16; // columns

using Rows = kt_bf16_product;
using Outer = kt_bf16_gradient;

struct Unit {
    void (*rows)(const Rows&);
    void (*outer)(const Outer&);
};

extern const Unit portable; // any processor
#ifdef KINEMA_BF16_X86
extern const Unit avx2;
extern const Unit avx512; // AVX-512 with its bf16 instructions
extern const Unit amx;    // those and the tiles of AMX

bool has_avx2();
bool has_avx512();
bool has_amx(); // asks the kernel for leave to use the tiles
#endif

} // namespace bf16
} // namespace kinema
