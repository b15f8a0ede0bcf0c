// Compiled twice: for any processor, and with AVX2.
#include "portable.h"

#ifndef KINEMA_BF16_UNIT
#define KINEMA_BF16_UNIT portable
#endif

const kinema::bf16::Unit kinema::bf16::KINEMA_BF16_UNIT = {&rows_by<Portable, Broadcast<Portable>>, &outer_by<Portable, Broadcast<Portable>>};
