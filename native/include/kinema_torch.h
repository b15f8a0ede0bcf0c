/* The contract between Kinema.Torch (C#) and libtorch.
 *
 * There is no function per operator: an operator of ATen's dispatcher is looked up once by its schema name and then called with a
 * boxed argument list, so every operator of the installed libtorch is reachable, with autograd, autocast and CUDA.
 *
 * Rules of the border:
 *  - what may fail returns a status; on anything but KT_OK the thread's message is read with kt_last_error. Nothing throws across.
 *  - handles are opaque and owned by the caller, who frees each exactly once, unless a line below says "borrowed".
 *  - outputs come last and mean something only on KT_OK; no handle is left in them otherwise.
 */
#ifndef KINEMA_TORCH_H
#define KINEMA_TORCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KT_ABI 7
#define KT_MAX_DIMS 12
#define KT_API __attribute__((visibility("default")))

typedef struct kt_tensor_s* kt_tensor;       /* one reference to a tensor */
typedef struct kt_operator_s* kt_operator;   /* lives as long as the process, never freed */
typedef struct kt_generator_s* kt_generator; /* a random generator on the CPU */
typedef struct kt_guard_s* kt_guard;         /* a thread-local mode, ended by kt_guard_end on the same thread */

typedef int32_t kt_status;
enum {
    KT_OK = 0,
    KT_TORCH = 1,   /* libtorch refused: shapes, dtypes, ... */
    KT_NATIVE = 2,  /* another C++ exception */
    KT_USAGE = 3,   /* this library was called wrongly */
    KT_MEMORY = 4,  /* out of memory */
    KT_MANAGED = 5, /* a managed callback failed; the caller keeps the exception */
};

enum kt_tag {
    KT_NONE = 0,
    KT_TENSOR = 1,
    KT_INT = 2, /* also dtypes, layouts and memory formats */
    KT_DOUBLE = 3,
    KT_BOOL = 4,
    KT_INTS = 5,
    KT_DOUBLES = 6,
    KT_BOOLS = 7, /* one byte each */
    KT_TENSORS = 8,
    KT_STRING = 9,
    KT_DEVICE = 10, /* type in the high, index in the low 32 bits */
    KT_GENERATOR = 11,
};

typedef struct kt_value {
    int32_t tag;
    int32_t count; /* elements of a list, bytes of a string */
    union {
        int64_t i;
        double d;
        const void* p; /* borrowed for the call: tensor handle, list or UTF-8 text */
    } of;
} kt_value;

typedef struct kt_tensor_description {
    int32_t dtype; /* numbered as c10::ScalarType */
    int32_t device_type;
    int32_t device_index;
    int32_t dims;
    int32_t requires_grad;
    int32_t is_leaf;
    int64_t elements;
    void* data; /* borrowed; null on devices other than the CPU */
    int64_t sizes[KT_MAX_DIMS];
    int64_t strides[KT_MAX_DIMS];
} kt_tensor_description;

/* ---- library ---- */
KT_API int32_t kt_abi(void);
KT_API kt_status kt_torch_version(char* text, int64_t capacity);
KT_API kt_status kt_torch_config(char* text, int64_t capacity);
/* Copies the calling thread's last message, cut to capacity and ended with 0; returns its whole length. */
KT_API int64_t kt_last_error(char* text, int64_t capacity);

/* ---- operators ---- */
KT_API kt_status kt_operator_find(const char* name, const char* overload, kt_operator* out);
KT_API kt_status kt_operator_schema(kt_operator op, char* text, int64_t capacity);
/* Arguments in schema order; those left out at the end take their defaults. Tensor lists are returned element by element. */
KT_API kt_status kt_operator_call(kt_operator op, const kt_value* arguments, int32_t count, kt_value* results, int32_t capacity,
                                  int32_t* written);

/* ---- tensors ---- */
KT_API kt_status kt_tensor_from_data(const void* data, const int64_t* sizes, int32_t dims, int32_t dtype, kt_tensor* out); /* copies */
KT_API kt_status kt_tensor_describe(kt_tensor tensor, kt_tensor_description* out);
KT_API kt_status kt_tensor_alias(kt_tensor tensor, kt_tensor* out); /* another handle of the same tensor */
KT_API void kt_tensor_free(kt_tensor tensor);
KT_API int64_t kt_live_tensors(void);

/* ---- autograd ---- */
KT_API kt_status kt_tensor_set_requires_grad(kt_tensor tensor, int32_t value);
KT_API kt_status kt_tensor_grad(kt_tensor tensor, kt_tensor* out); /* null when there is none */
KT_API kt_status kt_tensor_set_grad(kt_tensor tensor, kt_tensor grad); /* of the same shape; may be null */
/* How often the elements were changed in place, views counted with what they are views of; -1 of a tensor made in inference mode, which
 * nothing outside of that mode may change. A change through the data pointer is counted by whoever makes it. */
KT_API kt_status kt_tensor_version(kt_tensor tensor, int64_t* out);
KT_API kt_status kt_tensor_bump_version(kt_tensor tensor);
KT_API kt_status kt_backward(const kt_tensor* roots, const kt_tensor* grads, int32_t count, int32_t retain_graph);
KT_API kt_status kt_autograd_grad(const kt_tensor* outputs, const kt_tensor* grads, int32_t output_count, const kt_tensor* inputs,
                                  int32_t input_count, int32_t retain_graph, kt_tensor* out);
enum kt_mode { KT_NO_GRAD = 0, KT_ENABLE_GRAD = 1, KT_INFERENCE = 2 };
KT_API kt_status kt_guard_begin(int32_t mode, kt_guard* out);
KT_API void kt_guard_end(kt_guard guard);
KT_API int32_t kt_grad_enabled(void);

/* The backward of a managed function. grads[i] belongs to the callee, null where no gradient arrived; the callee writes one owned
 * handle or null per input into results. A value other than 0 says that it failed, and becomes the message of KT_MANAGED on the thread
 * that asked for the gradients, which need not be the one the callee ran on. */
typedef int32_t (*kt_backward_callback)(void* state, const kt_tensor* grads, int32_t grad_count, kt_tensor* results, int32_t result_count);
typedef void (*kt_release_callback)(void* state); /* called exactly once, when the graph lets go of the function */
/* Records outputs (computed without a graph) as a function of inputs. An output of integers gets no gradient. An input may not be an
 * output. state is released also when this call refuses. */
KT_API kt_status kt_custom_function(const char* name, const kt_tensor* inputs, int32_t input_count, const kt_tensor* outputs,
                                    int32_t output_count, kt_backward_callback backward, kt_release_callback release, void* state);

/* ---- autocast ---- */
KT_API kt_status kt_autocast(int32_t device_type, int32_t enabled, int32_t dtype, int32_t* was_enabled, int32_t* was_dtype);

/* ---- random ---- */
KT_API kt_status kt_generator_new(uint64_t seed, kt_generator* out);
KT_API void kt_generator_free(kt_generator generator);
KT_API kt_status kt_generator_seed(kt_generator generator, uint64_t seed); /* as if it were new */
KT_API kt_status kt_generator_state(kt_generator generator, kt_tensor* out); /* generator null: the CPU's default one */
KT_API kt_status kt_generator_set_state(kt_generator generator, kt_tensor state);

/* ---- threads ---- */
KT_API int32_t kt_threads(void);
KT_API kt_status kt_set_threads(int32_t count);
/* Runs body(state, begin, end) over pieces of [begin, end) of at least grain items on libtorch's own threads, so that managed kernels
 * and libtorch's do not compete for cores. A value other than 0 says that a piece failed. */
typedef int32_t (*kt_range_callback)(void* state, int64_t begin, int64_t end);
KT_API kt_status kt_parallel_for(int64_t begin, int64_t end, int64_t grain, kt_range_callback body, void* state);

/* ---- products in bf16 ---- */
/* Matrix products of single-precision rows whose factors are rounded to bf16 and whose sums are single precision. Weights lie in panels of
 * sixteen columns; kt_bf16_pack makes pairs along k of them, as the bf16 instructions of a processor read them. */
enum kt_bf16_unit { KT_BF16_BEST = -1, KT_BF16_PORTABLE = 0, KT_BF16_AVX2 = 1, KT_BF16_AVX512 = 2, KT_BF16_AMX = 3 };
KT_API int32_t kt_bf16_unit(void);              /* which instructions are used */
KT_API kt_status kt_bf16_use(int32_t unit);     /* for tests; KT_USAGE when the processor lacks it */
/* In place: each panel, [k][16] numbers, becomes [pairs][16] pairs with zeros up to a multiple of sixteen pairs, so k must be 16 or more. */
KT_API kt_status kt_bf16_pack(float* panels, int64_t count, int64_t next, int64_t k);

/* y[i, j] = bias[j] + sum over s, k of x[i * step_x + s * segment + k] * w[s * k + k][j], with the old y instead of the bias when adding. */
typedef struct kt_bf16_product {
    const float* x;
    int64_t step_x;    /* from row to row */
    int64_t segment;   /* from a segment of a row to the next */
    const uint32_t* w; /* the first panel, packed over all segments together */
    int64_t next_w;    /* words from panel to panel */
    const float* bias; /* sixteen of the first panel, or null */
    int64_t next_bias;
    float* y;
    int64_t next_y;    /* from panel to panel */
    int64_t step_y;
    int32_t rows;
    int32_t segments;
    int32_t k;         /* numbers of a segment */
    int32_t columns;   /* of all panels; the last panel may have fewer than sixteen */
    int32_t add;
    int32_t reserved;
} kt_bf16_product;
KT_API kt_status kt_bf16_rows(const kt_bf16_product* product);

/* to[k][j] += sum over rows i of x[i, k] * y[i, j], for any number of panels of sixteen columns of y: rows of x are rounded once for all. */
typedef struct kt_bf16_gradient {
    const float* x;
    int64_t step_x;
    const float* y;
    int64_t next_y; /* from panel to panel */
    int64_t step_y;
    float* to;      /* [k][16] */
    int64_t next_to;
    int32_t k;
    int32_t rows;
    int32_t panels;
    int32_t reserved;
} kt_bf16_gradient;
KT_API kt_status kt_bf16_outer(const kt_bf16_gradient* gradient);

/* ---- memory of the processor ---- */
KT_API kt_status kt_memory_keep(void); /* from here on large blocks lie in a range of their own, which keeps what is freed; once is enough */
KT_API void kt_memory_trim(void);      /* gives the free part of that range back to the system */
/* Bytes of that range: of blocks in use, and up to the end of the last block there ever was. */
KT_API void kt_memory_use(int64_t* in_use, int64_t* span);

/* ---- profile ---- */
typedef struct kt_profile_row {
    char name[96];         /* an operator, a node of backward, or a managed kernel */
    int32_t dtype;         /* of what is multiplied, of some of it if a kernel says so; -1 for what multiplies no matrices */
    int32_t reserved;
    int64_t calls;
    int64_t self_ns;       /* without what it called; a matrix product or convolution stands for all it calls */
    int64_t multiply_adds; /* of products, convolutions and kernels */
    int64_t half_multiply_adds; /* those of them whose factors were bf16 or fp16 */
    int64_t bytes;         /* each input read once, each output written once; less what those it calls move; 0 for views */
} kt_profile_row;

/* Observes the operators of all threads from now on; with synchronize, each is waited for on the current CUDA device. */
KT_API kt_status kt_profile_begin(int32_t synchronize);
/* A kernel that is not libtorch's, on this thread; enter and leave are called in pairs, only while a profile is taken. */
KT_API kt_status kt_profile_enter(const char* name, double multiply_adds, double half_multiply_adds, double bytes, int32_t dtype);
KT_API kt_status kt_profile_leave(void);
KT_API kt_status kt_profile_end(kt_profile_row* out, int32_t capacity, int32_t* written);

/* ---- CUDA ---- */
KT_API int32_t kt_cuda_built(void); /* whether this libtorch has CUDA at all */
KT_API int32_t kt_cuda_devices(void);
KT_API kt_status kt_cuda_synchronize(int32_t device);
/* Whether single-precision products and convolutions on CUDA may round their inputs to 10 bits (TF32). */
KT_API kt_status kt_cuda_allow_tf32(int32_t allowed);

#ifdef __cplusplus
}
#endif
#endif
