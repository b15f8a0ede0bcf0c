#include "avx512.h"

const kinema::bf16::Unit kinema::bf16::avx512 = {&rows_by<Avx512, Broadcast<Avx512>>, &outer_by<Avx512, Broadcast<Avx512>>};
