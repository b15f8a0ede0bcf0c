// Gradients: flags, backward, modes, and functions whose backward is managed code.
#include "bridge.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/autograd/variable.h>

#include <atomic>
#include <optional>
#include <type_traits>

using namespace kinema;

struct kt_guard_s {
    std::optional<c10::AutoGradMode> grad;
    std::optional<c10::InferenceMode> inference;
};

kt_status kt_tensor_set_requires_grad(kt_tensor tensor, int32_t value) {
    return guard([&] { ref(tensor).set_requires_grad(value != 0); });
}

kt_status kt_tensor_grad(kt_tensor tensor, kt_tensor* out) {
    return guard([&] { *out = own(ref(tensor).grad()); });
}

kt_status kt_tensor_set_grad(kt_tensor tensor, kt_tensor grad) {
    return guard([&] {
        const auto& value = ref(tensor);
        if (grad != nullptr && grad->value.sizes() != value.sizes()) throw usage_error("a gradient has the shape of its tensor");
        value.mutable_grad() = grad == nullptr ? at::Tensor() : grad->value;
    });
}

kt_status kt_tensor_version(kt_tensor tensor, int64_t* out) {
    return guard([&] {
        const auto& value = ref(tensor);
        *out = value.is_inference() ? -1 : static_cast<int64_t>(value._version());
    });
}

kt_status kt_tensor_bump_version(kt_tensor tensor) {
    return guard([&] { ref(tensor).unsafeGetTensorImpl()->bump_version(); });
}

kt_status kt_backward(const kt_tensor* roots, const kt_tensor* grads, int32_t count, int32_t retain_graph) {
    return guard([&] { torch::autograd::backward(list(roots, count), list(grads, grads == nullptr ? 0 : count), retain_graph != 0); });
}

kt_status kt_autograd_grad(const kt_tensor* outputs, const kt_tensor* grads, int32_t output_count, const kt_tensor* inputs,
                           int32_t input_count, int32_t retain_graph, kt_tensor* out) {
    return guard([&] {
        const auto result = torch::autograd::grad(list(outputs, output_count), list(inputs, input_count),
                                                  list(grads, grads == nullptr ? 0 : output_count), retain_graph != 0,
                                                  /*create_graph=*/false, /*allow_unused=*/true);
        for (int32_t i = 0; i < input_count; i++) out[i] = own(result[static_cast<size_t>(i)]);
    });
}

kt_status kt_guard_begin(int32_t mode, kt_guard* out) {
    return guard([&] {
        auto result = std::make_unique<kt_guard_s>();
        if (mode == KT_INFERENCE) result->inference.emplace(true);
        else result->grad.emplace(mode == KT_ENABLE_GRAD);
        *out = result.release();
    });
}

void kt_guard_end(kt_guard guard) { delete guard; }

int32_t kt_grad_enabled(void) { return c10::GradMode::is_enabled() ? 1 : 0; }

namespace {

// A node of the graph whose backward is managed. It lets go of the managed state as soon as its gradients have been computed, or when
// the graph is dropped unused, whichever comes first.
struct managed_node : public torch::autograd::Node {
    managed_node(std::string name, kt_backward_callback backward, kt_release_callback release, void* state)
        : label(std::move(name)), backward(backward), release(release), state(state) {}

    ~managed_node() override { let_go(); }

    std::string name() const override { return label; }

    // Parts of a graph may be shared by backward passes on several threads; a node guards itself with its own mutex.
    void release_variables() override {
        std::lock_guard<std::mutex> lock(mutex_);
        let_go();
    }

    torch::autograd::variable_list apply(torch::autograd::variable_list&& grads) override {
        std::lock_guard<std::mutex> lock(mutex_);
        const auto current = state.load();
        TORCH_CHECK(current != nullptr, label, ": backward was run a second time, after its saved tensors had been freed");
        std::vector<kt_tensor> in, results(num_outputs(), nullptr);
        in.reserve(grads.size());
        for (auto& grad : grads) in.push_back(own(std::move(grad)));
        const auto status = backward(current, in.data(), static_cast<int32_t>(in.size()), results.data(), static_cast<int32_t>(results.size()));
        torch::autograd::variable_list out;
        out.reserve(results.size());
        for (auto result : results) {
            out.push_back(result == nullptr ? at::Tensor() : std::move(result->value));
            kt_tensor_free(result);
        }
        if (status != 0) throw managed_failure(status);
        return out;
    }

  private:
    void let_go() noexcept {
        if (const auto last = state.exchange(nullptr)) release(last);
    }

    std::string label;
    kt_backward_callback backward;
    kt_release_callback release;
    std::atomic<void*> state;
};

// What the graph holds its nodes by: std::shared_ptr with a deleter that takes long graphs apart step by step, in newer versions
// c10::intrusive_ptr, which does so itself. A template, so that only the branch that this libtorch has is compiled.
template <class Holder, class Made, class... Arguments>
auto make_held(Arguments&&... arguments) {
    if constexpr (std::is_same_v<Holder, std::shared_ptr<torch::autograd::Node>>)
        return std::shared_ptr<Made>(new Made(std::forward<Arguments>(arguments)...), [](Made* node) { deleteNode(node); });
    else
        return c10::make_intrusive<Made>(std::forward<Arguments>(arguments)...);
}

using node_holder = decltype(torch::autograd::Edge::function);

} // namespace

kt_status kt_custom_function(const char* name, const kt_tensor* inputs, int32_t input_count, const kt_tensor* outputs,
                             int32_t output_count, kt_backward_callback backward, kt_release_callback release, void* state) {
    return guard([&] {
        const auto node = make_held<node_holder, managed_node>(name, backward, release, state);
        node->set_next_edges(torch::autograd::collect_next_edges(list(inputs, input_count)));
        for (int32_t i = 0; i < output_count; i++) {
            for (int32_t j = 0; j < input_count; j++)
                if (ref(outputs[i]).is_same(ref(inputs[j])))
                    throw usage_error(std::string(name) + ": an input is returned as an output; return a copy or a view of it");
            if (ref(outputs[i]).requires_grad())
                throw usage_error(std::string(name) + ": an output is part of another graph already; compute it inside of the function");
        }
        for (int32_t i = 0; i < output_count; i++) {
            auto& output = outputs[i]->value;
            // An output without derivatives keeps its number, so that the gradients of the others stay in order.
            if (torch::autograd::isDifferentiableType(output.scalar_type())) torch::autograd::set_history(output, node);
            else node->add_input_metadata(torch::autograd::Node::undefined_input());
        }
    });
}
