// The oneDNN part of convolution_peers.py, for the C++ interface of versions 2.x. Reads one row per line,
//
//     INPUTS OUTPUTS GROUPS STRIDE DILATION RANK SIZES... KERNEL... PADDING...
//
// measures it on one thread with weights reordered beforehand, and answers with the best time in seconds of
//
//     an execution on plain layouts
//     an execution in the layouts that the library prefers, between reorders of input and output
//     the same without the reorders
//
// and the names of the two implementations. Results are checked against the definition. The time is "inf" when the
// library has no implementation for a layout.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "oneapi/dnnl/dnnl.hpp"

using namespace dnnl;
using dims = memory::dims;

static const double kTurnSeconds = 0.04;
static uint64_t state = 1;

static float noise() {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (float)(int32_t)(state >> 32) * 0x1p-32f;
}

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Row {
  int64_t inputs, outputs, groups, stride, dilation;
  dims sizes, kernel, padding, results;

  explicit Row(const std::string &line) {
    std::istringstream text(line);
    size_t rank;
    text >> inputs >> outputs >> groups >> stride >> dilation >> rank;
    sizes.resize(rank), kernel.resize(rank), padding.resize(rank);
    for (dims *values : {&sizes, &kernel, &padding})
      for (auto &value : *values) text >> value;
    for (size_t axis = 0; axis < rank; axis++)
      results.push_back((sizes[axis] + 2 * padding[axis] - dilation * (kernel[axis] - 1) - 1) / stride + 1);
  }
};

static dims with(dims first, const dims &rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

static memory::desc plain(const dims &sizes) {
  dims strides(sizes.size(), 1);
  for (size_t axis = sizes.size() - 1; axis-- > 0;) strides[axis] = strides[axis + 1] * sizes[axis + 1];
  return {sizes, memory::data_type::f32, strides};
}

static memory::desc any(const dims &sizes) { return {sizes, memory::data_type::f32, memory::format_tag::any}; }

// One way to run a row: reorder the input (optional), convolve, reorder the output (optional).
struct Way {
  convolution_forward convolution;
  memory x, w, b, y;
  reorder in, out;
  std::string name;
};

struct Subject {
  Row row;
  engine cpu{engine::kind::cpu, 0};
  stream queue{cpu};
  memory input, weights, bias, output;
  std::vector<std::unique_ptr<Way>> ways;  // plain, own

  explicit Subject(const Row &row) : row(row) {
    dims x = with({1, row.inputs}, row.sizes), y = with({1, row.outputs}, row.results);
    dims w = row.groups == 1
                 ? with({row.outputs, row.inputs}, row.kernel)
                 : with({row.groups, row.outputs / row.groups, row.inputs / row.groups}, row.kernel);
    input = filled(x), weights = filled(w), bias = filled({row.outputs}), output = memory(plain(y), cpu);
    for (bool own : {false, true}) {
      try {
        auto way = std::make_unique<Way>();
        size_t rank = row.sizes.size();
        convolution_forward::desc desc(
            prop_kind::forward_inference, algorithm::convolution_direct, own ? any(x) : plain(x), any(w),
            plain({row.outputs}), own ? any(y) : plain(y), dims(rank, row.stride), dims(rank, row.dilation - 1),
            row.padding, row.padding);
        convolution_forward::primitive_desc pd(desc, cpu);
        way->convolution = convolution_forward(pd);
        way->name = pd.impl_info_str();
        way->w = memory(pd.weights_desc(), cpu);
        reorder(weights, way->w).execute(queue, weights, way->w);
        way->b = bias;
        bool moves_in = pd.src_desc() != input.get_desc(), moves_out = pd.dst_desc() != output.get_desc();
        way->x = moves_in ? memory(pd.src_desc(), cpu) : input;
        way->y = moves_out ? memory(pd.dst_desc(), cpu) : output;
        if (moves_in) way->in = reorder(input, way->x);
        if (moves_out) way->out = reorder(way->y, output);
        run(*way, true);
        check();
        ways.push_back(std::move(way));
      } catch (const dnnl::error &) {
        ways.push_back(nullptr);
      }
    }
  }

  memory filled(const dims &sizes) {
    memory result(plain(sizes), cpu);
    float *values = (float *)result.get_data_handle();
    for (size_t i = 0; i < result.get_desc().get_size() / 4; i++) values[i] = noise();
    return result;
  }

  void run(Way &way, bool from_plain) {
    if (from_plain && way.in) way.in.execute(queue, {{DNNL_ARG_FROM, input}, {DNNL_ARG_TO, way.x}});
    way.convolution.execute(
        queue, {{DNNL_ARG_SRC, way.x}, {DNNL_ARG_WEIGHTS, way.w}, {DNNL_ARG_BIAS, way.b}, {DNNL_ARG_DST, way.y}});
    if (from_plain && way.out) way.out.execute(queue, {{DNNL_ARG_FROM, way.y}, {DNNL_ARG_TO, output}});
    queue.wait();
  }

  void check() {
    const float *x = (float *)input.get_data_handle(), *w = (float *)weights.get_data_handle();
    const float *b = (float *)bias.get_data_handle(), *y = (float *)output.get_data_handle();
    size_t count = output.get_desc().get_size() / 4, rank = row.sizes.size();
    int64_t inputs = row.inputs / row.groups, taps = 1, plane = 1;
    for (auto k : row.kernel) taps *= k;
    for (auto n : row.sizes) plane *= n;
    for (size_t index = 0; index < count; index += count / 50 + 1) {
      dims position(rank);
      int64_t rest = (int64_t)index;
      for (size_t axis = rank; axis-- > 0;) position[axis] = rest % row.results[axis], rest /= row.results[axis];
      double sum = b[rest], absolute = std::fabs(sum);
      int64_t first = rest / (row.outputs / row.groups) * inputs;
      for (int64_t k = 0; k < taps; k++) {
        int64_t left = k, place = 0, pitch = 1, inside = 1;
        for (size_t axis = rank; axis-- > 0;) {
          int64_t from = position[axis] * row.stride - row.padding[axis] + left % row.kernel[axis] * row.dilation;
          inside &= from >= 0 && from < row.sizes[axis];
          place += from * pitch, pitch *= row.sizes[axis], left /= row.kernel[axis];
        }
        for (int64_t i = 0; inside && i < inputs; i++) {
          double product = (double)w[(rest * inputs + i) * taps + k] * x[(first + i) * plane + place];
          sum += product, absolute += std::fabs(product);
        }
      }
      if (!(std::fabs(y[index] - sum) <= 1e-5 * absolute)) {
        fprintf(stderr, "oneDNN is wrong at %zu: expected %g, actual %g\n", index, sum, y[index]);
        exit(1);
      }
    }
  }

  double best(size_t which, bool from_plain) {
    Way *way = ways[which].get();
    if (!way) return INFINITY;
    auto time = [&](int count) {
      double start = now();
      for (int i = 0; i < count; i++) run(*way, from_plain);
      return now() - start;
    };
    time(1);
    int batch = std::max(1, (int)(2e-4 / time(1)));
    double least = INFINITY, start = now();
    do least = std::min(least, time(batch) / batch);
    while (now() - start < kTurnSeconds);
    return least;
  }
};

int main() {
  const dnnl_version_t *version = dnnl_version();
  printf("%d.%d.%d\n", version->major, version->minor, version->patch);
  fflush(stdout);
  std::map<std::string, std::unique_ptr<Subject>> subjects;
  for (std::string line; std::getline(std::cin, line);) {
    auto &subject = subjects[line];
    if (!subject) subject = std::make_unique<Subject>(Row(line));
    double offered = subject->best(0, true), reordered = subject->best(1, true), own = subject->best(1, false);
    auto name = [&](size_t way) { return subject->ways[way] ? subject->ways[way]->name : std::string("none"); };
    printf("%.9g %.9g %.9g %s %s\n", offered, reordered, own, name(0).c_str(), name(1).c_str());
    fflush(stdout);
  }
}
