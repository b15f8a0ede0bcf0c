// The dispatcher: find an operator by schema name, call it with boxed arguments.
#include "bridge.h"

#include <map>
#include <mutex>

using namespace kinema;

// What one argument of a schema wants, worked out once, because reading a type at each call costs more than a small operator does.
struct argument_plan {
    c10::TypeKind kind;         // of the type, an optional stripped
    c10::TypeKind element;      // of a list's elements, an optional stripped
    bool is_list = false;
    bool optional = false;
    bool optional_element = false;
    int32_t length = 1;         // int[2] takes one number for both
    c10::optional<c10::IValue> fallback;
};

struct kt_operator_s {
    c10::OperatorHandle handle;
    std::vector<argument_plan> arguments;
};

namespace {

argument_plan plan(const c10::Argument& argument) {
    argument_plan result{};
    auto type = argument.type();
    if (type->kind() == c10::TypeKind::OptionalType) {
        result.optional = true;
        type = type->expectRef<c10::OptionalType>().getElementType();
    }
    result.kind = type->kind();
    result.element = result.kind;
    if (result.kind == c10::TypeKind::ListType) {
        result.is_list = true;
        auto element = type->expectRef<c10::ListType>().getElementType();
        if (element->kind() == c10::TypeKind::OptionalType) {
            result.optional_element = true;
            element = element->expectRef<c10::OptionalType>().getElementType();
        }
        result.element = element->kind();
        result.length = argument.N().value_or(1);
    }
    if (argument.default_value().has_value()) result.fallback = *argument.default_value();
    return result;
}

c10::IValue number(const argument_plan& plan, int64_t value) {
    if (plan.element == c10::TypeKind::FloatType) return c10::IValue(static_cast<double>(value));
    if (plan.element == c10::TypeKind::BoolType) return c10::IValue(value != 0);
    return c10::IValue(value);
}

c10::IValue integers(const argument_plan& plan, const int64_t* values, int64_t count) {
    if (plan.element == c10::TypeKind::FloatType) {
        c10::List<double> result;
        for (int64_t i = 0; i < count; i++) result.push_back(static_cast<double>(values[i]));
        return result;
    }
    c10::List<int64_t> result;
    result.reserve(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; i++) result.push_back(values[i]);
    return result;
}

c10::IValue tensors(const argument_plan& plan, const kt_tensor* handles, int32_t count) {
    if (plan.optional_element) {
        c10::List<c10::optional<at::Tensor>> result;
        for (int32_t i = 0; i < count; i++)
            result.push_back(handles[i] == nullptr ? c10::optional<at::Tensor>() : c10::optional<at::Tensor>(handles[i]->value));
        return result;
    }
    c10::List<at::Tensor> result;
    for (int32_t i = 0; i < count; i++) result.push_back(ref(handles[i]));
    return result;
}

c10::IValue box(const argument_plan& plan, const kt_value& value) {
    switch (value.tag) {
    case KT_NONE:
        if (!plan.optional && plan.kind == c10::TypeKind::TensorType) return c10::IValue(at::Tensor());
        return c10::IValue();
    case KT_TENSOR: return c10::IValue(ref(static_cast<kt_tensor>(const_cast<void*>(value.of.p))));
    case KT_INT:
        if (!plan.is_list) return number(plan, value.of.i);
        return integers(plan, std::vector<int64_t>(static_cast<size_t>(plan.length), value.of.i).data(), plan.length);
    case KT_DOUBLE: return c10::IValue(value.of.d);
    case KT_BOOL: return c10::IValue(value.of.i != 0);
    case KT_INTS: return integers(plan, static_cast<const int64_t*>(value.of.p), value.count);
    case KT_DOUBLES: {
        c10::List<double> result;
        for (int32_t i = 0; i < value.count; i++) result.push_back(static_cast<const double*>(value.of.p)[i]);
        return result;
    }
    case KT_BOOLS: {
        c10::List<bool> result;
        for (int32_t i = 0; i < value.count; i++) result.push_back(static_cast<const uint8_t*>(value.of.p)[i] != 0);
        return result;
    }
    case KT_TENSORS: return tensors(plan, static_cast<const kt_tensor*>(value.of.p), value.count);
    case KT_STRING: return c10::IValue(std::string(static_cast<const char*>(value.of.p), static_cast<size_t>(value.count)));
    case KT_DEVICE:
        return c10::IValue(c10::Device(static_cast<c10::DeviceType>(value.of.i >> 32), static_cast<c10::DeviceIndex>(static_cast<int32_t>(value.of.i))));
    case KT_GENERATOR: return c10::IValue(static_cast<const kt_generator_s*>(value.of.p)->value);
    default: throw usage_error("an argument carries the unknown tag " + std::to_string(value.tag));
    }
}

struct result_writer {
    kt_value* results;
    int32_t capacity;
    int32_t written = 0;

    kt_value& next(int32_t tag) {
        if (written == capacity) throw usage_error("the operator returned more than " + std::to_string(capacity) + " values");
        results[written] = kt_value{tag, 0, {0}};
        return results[written++];
    }

    void write(const c10::IValue& value) {
        if (value.isTensor()) {
            auto& place = next(KT_NONE); // first, since it may refuse: a handle made before it would leak
            place.of.p = own(value.toTensor());
            if (place.of.p != nullptr) place.tag = KT_TENSOR;
        } else if (value.isTensorList()) {
            for (const at::Tensor& tensor : value.toTensorVector()) write(c10::IValue(tensor));
        } else if (value.isInt()) {
            next(KT_INT).of.i = value.toInt();
        } else if (value.isDouble()) {
            next(KT_DOUBLE).of.d = value.toDouble();
        } else if (value.isBool()) {
            next(KT_BOOL).of.i = value.toBool() ? 1 : 0;
        } else if (value.isNone()) {
            next(KT_NONE);
        } else {
            throw usage_error("a result of type " + value.tagKind() + " cannot cross the border");
        }
    }

    void drop() { // a later result failed: nothing may leak
        for (int32_t i = 0; i < written; i++) {
            if (results[i].tag == KT_TENSOR) kt_tensor_free(static_cast<kt_tensor>(const_cast<void*>(results[i].of.p)));
            results[i] = kt_value{KT_NONE, 0, {0}};
        }
    }
};

} // namespace

kt_status kt_operator_find(const char* name, const char* overload, kt_operator* out) {
    return guard([&] {
        static std::mutex mutex;
        static std::map<std::pair<std::string, std::string>, kt_operator> found;
        std::lock_guard<std::mutex> lock(mutex);
        const auto key = std::make_pair(std::string(name), std::string(overload));
        auto& entry = found[key];
        if (entry == nullptr) {
            auto handle = c10::Dispatcher::singleton().findSchema({key.first, key.second});
            if (!handle.has_value()) {
                found.erase(key);
                throw usage_error("this libtorch has no operator " + key.first + (key.second.empty() ? "" : "." + key.second));
            }
            std::vector<argument_plan> plans;
            for (const auto& argument : handle->schema().arguments()) plans.push_back(plan(argument));
            entry = new kt_operator_s{*handle, std::move(plans)};
        }
        *out = entry;
    });
}

kt_status kt_operator_schema(kt_operator op, char* text, int64_t capacity) {
    return guard([&] { copy_text(c10::toString(op->handle.schema()), text, capacity); });
}

kt_status kt_operator_call(kt_operator op, const kt_value* arguments, int32_t count, kt_value* results, int32_t capacity,
                           int32_t* written) {
    return guard([&] {
        const auto total = op->arguments.size();
        if (static_cast<size_t>(count) > total)
            throw usage_error("got " + std::to_string(count) + " arguments for " + c10::toString(op->handle.schema()));
        torch::jit::Stack stack;
        stack.reserve(total);
        for (int32_t i = 0; i < count; i++) stack.push_back(box(op->arguments[static_cast<size_t>(i)], arguments[i]));
        for (auto i = static_cast<size_t>(count); i < total; i++) {
            if (!op->arguments[i].fallback.has_value())
                throw usage_error("argument '" + op->handle.schema().arguments()[i].name() + "' has no default in " + c10::toString(op->handle.schema()));
            stack.push_back(*op->arguments[i].fallback);
        }
        op->handle.callBoxed(stack);
        result_writer writer{results, capacity};
        try {
            for (const auto& value : stack) writer.write(value);
        } catch (...) {
            writer.drop();
            throw;
        }
        *written = writer.written;
    });
}
