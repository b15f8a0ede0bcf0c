/* The header compiles as C, and the bridge keeps its rules when called from C. */
#include "kinema_torch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static int checks;

#define CHECK(condition)                                                                   \
    do {                                                                                   \
        checks++;                                                                          \
        if (!(condition)) {                                                                \
            char message[512];                                                             \
            kt_last_error(message, sizeof message);                                        \
            fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, message);  \
            exit(1);                                                                       \
        }                                                                                  \
    } while (0)

static kt_value tensor_value(kt_tensor tensor) {
    kt_value value = {KT_TENSOR, 0, {0}};
    value.of.p = tensor;
    return value;
}

static kt_tensor call2(kt_operator op, kt_tensor left, kt_tensor right) {
    kt_value arguments[2] = {tensor_value(left), tensor_value(right)}, result;
    int32_t written = 0;
    CHECK(kt_operator_call(op, arguments, 2, &result, 1, &written) == KT_OK);
    CHECK(written == 1 && result.tag == KT_TENSOR);
    return (kt_tensor)result.of.p;
}

static double item(kt_tensor tensor) {
    kt_tensor_description d;
    CHECK(kt_tensor_describe(tensor, &d) == KT_OK);
    return ((const double*)d.data)[0];
}

static int released;
static void release(void* state) { (void)state; released++; }

/* backward of y = 3x */
static int32_t times_three(void* state, const kt_tensor* grads, int32_t grad_count, kt_tensor* results, int32_t result_count) {
    (void)state;
    CHECK(grad_count == 1 && result_count == 1);
    const double three = 3;
    kt_tensor factor;
    CHECK(kt_tensor_from_data(&three, NULL, 0, 7, &factor) == KT_OK);
    kt_operator mul;
    CHECK(kt_operator_find("aten::mul", "Tensor", &mul) == KT_OK);
    results[0] = call2(mul, grads[0], factor);
    kt_tensor_free(factor);
    kt_tensor_free(grads[0]);
    return 0;
}

static int32_t failing(void* state, const kt_tensor* grads, int32_t grad_count, kt_tensor* results, int32_t result_count) {
    (void)state, (void)results, (void)result_count;
    for (int32_t i = 0; i < grad_count; i++) kt_tensor_free(grads[i]);
    return 1;
}

static int32_t sum_range(void* state, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) __atomic_fetch_add((int64_t*)state, i, __ATOMIC_RELAXED);
    return 0;
}

static void operators_are_called_and_refused_with_a_message(void) {
    const double a[6] = {1, 2, 3, 4, 5, 6};
    const int64_t sizes[2] = {2, 3};
    kt_tensor x;
    CHECK(kt_tensor_from_data(a, sizes, 2, 7, &x) == KT_OK);
    kt_operator add, matmul, missing;
    CHECK(kt_operator_find("aten::add", "Tensor", &add) == KT_OK);
    CHECK(kt_operator_find("aten::matmul", "", &matmul) == KT_OK);
    CHECK(kt_operator_find("aten::no_such_operator", "", &missing) == KT_USAGE);

    kt_tensor sum = call2(add, x, x); /* alpha takes its default */
    kt_tensor_description d;
    CHECK(kt_tensor_describe(sum, &d) == KT_OK);
    CHECK(d.dims == 2 && d.sizes[0] == 2 && d.sizes[1] == 3 && d.dtype == 7 && ((double*)d.data)[5] == 12);

    kt_value arguments[2] = {tensor_value(x), tensor_value(x)}, result;
    int32_t written = 0;
    CHECK(kt_operator_call(matmul, arguments, 2, &result, 1, &written) == KT_TORCH); /* (2,3) times (2,3) */
    char message[256];
    CHECK(kt_last_error(message, sizeof message) > 0 && strlen(message) > 10);
    kt_tensor_free(sum);
    kt_tensor_free(x);
}

static void a_managed_backward_runs_and_its_state_is_released_once(void) {
    const double two = 2;
    kt_tensor x, y, grad;
    CHECK(kt_tensor_from_data(&two, NULL, 0, 7, &x) == KT_OK);
    CHECK(kt_tensor_set_requires_grad(x, 1) == KT_OK);
    const double six = 6;
    CHECK(kt_tensor_from_data(&six, NULL, 0, 7, &y) == KT_OK);
    int state;
    CHECK(kt_custom_function("TimesThree", &x, 1, &y, 1, times_three, release, &state) == KT_OK);
    CHECK(kt_backward(&y, NULL, 1, 0) == KT_OK);
    CHECK(released == 1);
    CHECK(kt_tensor_grad(x, &grad) == KT_OK);
    CHECK(fabs(item(grad) - 3) < 1e-12);
    CHECK(kt_backward(&y, NULL, 1, 0) == KT_TORCH); /* a second time: refused, not a crash */
    kt_tensor_free(grad);
    kt_tensor_free(y);

    CHECK(kt_tensor_from_data(&six, NULL, 0, 7, &y) == KT_OK);
    CHECK(kt_custom_function("Failing", &x, 1, &y, 1, failing, release, &state) == KT_OK);
    CHECK(kt_backward(&y, NULL, 1, 0) == KT_MANAGED);
    kt_tensor_free(y);
    CHECK(released == 2);
    kt_tensor_free(x);
}

static int64_t version(kt_tensor tensor) {
    int64_t count = -2;
    CHECK(kt_tensor_version(tensor, &count) == KT_OK);
    return count;
}

static void changes_in_place_are_counted_for_all_views_at_once(void) {
    const double one = 1;
    kt_tensor x;
    CHECK(kt_tensor_from_data(&one, NULL, 0, 7, &x) == KT_OK);
    kt_operator detach, add, add_in_place;
    CHECK(kt_operator_find("aten::detach", "", &detach) == KT_OK);
    CHECK(kt_operator_find("aten::add", "Tensor", &add) == KT_OK);
    CHECK(kt_operator_find("aten::add_", "Tensor", &add_in_place) == KT_OK);
    kt_value argument = tensor_value(x), result;
    int32_t written = 0;
    CHECK(kt_operator_call(detach, &argument, 1, &result, 1, &written) == KT_OK);
    kt_tensor view = (kt_tensor)result.of.p;
    CHECK(version(x) == 0 && version(view) == 0);
    kt_tensor_free(call2(add, x, x)); /* reads only */
    CHECK(version(x) == 0);
    kt_tensor_free(call2(add_in_place, x, x));
    CHECK(version(x) == 1 && version(view) == 1);
    CHECK(kt_tensor_bump_version(view) == KT_OK);
    CHECK(version(x) == 2 && version(view) == 2);
    kt_tensor_free(view);
    kt_tensor_free(x);

    kt_guard inference;
    CHECK(kt_guard_begin(KT_INFERENCE, &inference) == KT_OK);
    CHECK(kt_tensor_from_data(&one, NULL, 0, 7, &x) == KT_OK);
    CHECK(version(x) == -1);
    CHECK(kt_tensor_bump_version(x) == KT_OK);
    kt_guard_end(inference);
    CHECK(version(x) == -1);
    CHECK(kt_tensor_bump_version(x) == KT_TORCH); /* as libtorch refuses any change of it */
    kt_tensor_free(x);
    int64_t count;
    CHECK(kt_tensor_version(NULL, &count) == KT_USAGE && kt_tensor_bump_version(NULL) == KT_USAGE);
}

/* The test is run once more with a limit on addresses, where no range of them may be taken. */
static void large_blocks_lie_in_a_range_of_their_own_unless_addresses_are_limited(void) {
    struct rlimit addresses;
    CHECK(getrlimit(RLIMIT_AS, &addresses) == 0);
    const int limited = addresses.rlim_cur != RLIM_INFINITY;
    const int64_t doubles = 1 << 18;
    double* values = calloc((size_t)doubles, sizeof *values);
    CHECK(values != NULL && kt_memory_keep() == KT_OK);
    kt_tensor x;
    CHECK(kt_tensor_from_data(values, &doubles, 1, 7, &x) == KT_OK);
    int64_t in_use = -1, span = -1;
    kt_memory_use(&in_use, &span);
    CHECK(in_use == (limited ? 0 : doubles * 8));
    kt_tensor_free(x);
    kt_memory_use(&in_use, &span);
    CHECK(in_use == 0);
    free(values);
    printf("large blocks: %s\n", limited ? "addresses are limited" : "in a range of their own");
}

int main(void) {
    CHECK(kt_abi() == KT_ABI);
    const int64_t before = kt_live_tensors();
    operators_are_called_and_refused_with_a_message();
    a_managed_backward_runs_and_its_state_is_released_once();
    changes_in_place_are_counted_for_all_views_at_once();
    large_blocks_lie_in_a_range_of_their_own_unless_addresses_are_limited();
    int64_t total = 0;
    CHECK(kt_parallel_for(0, 1000, 10, sum_range, &total) == KT_OK);
    CHECK(total == 499500);
    CHECK(kt_live_tensors() == before);
    printf("%d checks passed\n", checks);
    return 0;
}
