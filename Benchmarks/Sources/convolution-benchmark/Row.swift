import ConvAudioKit

/// A convolution in the table: batch 1, with bias.
struct Row {
  let name: String
  /// Short rows are bound by more than arithmetic; their target is twice the speed of the other libraries.
  let isStarred: Bool
  let inputs: Int
  let outputs: Int
  let groups: Int
  let kernel: [Int]
  let sizes: [Int]
  /// The same value for all axes.
  let stride: Int
  let dilation: Int
  /// On both sides of each axis.
  let padding: [Int]

  init(
    _ name: String, _ inputs: Int, to outputs: Int, kernel: [Int], sizes: [Int], stride: Int = 1, dilation: Int = 1,
    padding: Int? = nil, groups: Int = 1, starred: Bool = false
  ) {
    self.name = name
    isStarred = starred
    (self.inputs, self.outputs, self.groups) = (inputs, outputs, groups)
    (self.kernel, self.sizes, self.stride, self.dilation) = (kernel, sizes, stride, dilation)
    self.padding = kernel.map { padding ?? dilation * ($0 - 1) / 2 }
  }

  var weightSizes: [Int] { [outputs, inputs / groups] + kernel }

  func geometry() throws -> ConvolutionGeometry {
    try ConvolutionGeometry(
      axes: zip(kernel, padding).map {
        try KernelAxis(kernel: $0, stride: stride, dilation: dilation, padding: .both($1))
      }, groups: groups)
  }

  static let all = [
    // One axis: audio and time series.
    Row("1-D 1 to 16, k3, T 48000", 1, to: 16, kernel: [3], sizes: [48000], starred: true),
    Row("1-D 16 to 16, k3, T 64", 16, to: 16, kernel: [3], sizes: [64], starred: true),
    Row("1-D 16 to 16, k3, dilation 64, T 64", 16, to: 16, kernel: [3], sizes: [64], dilation: 64, starred: true),
    Row("1-D 16 to 16, k3, dilation 512, T 64", 16, to: 16, kernel: [3], sizes: [64], dilation: 512, starred: true),
    Row("1-D 16 to 16, k3, dilation 512, T 512", 16, to: 16, kernel: [3], sizes: [512], dilation: 512, starred: true),
    Row("1-D 16 to 16, k3, dilation 512, T 48000", 16, to: 16, kernel: [3], sizes: [48000], dilation: 512),
    Row("1-D 64 to 64, k3, dilation 8, T 16000", 64, to: 64, kernel: [3], sizes: [16000], dilation: 8),
    Row("1-D 128 to 128, k3, T 4000", 128, to: 128, kernel: [3], sizes: [4000]),
    Row("1-D 1 to 512, k10, stride 5, T 80000", 1, to: 512, kernel: [10], sizes: [80000], stride: 5, padding: 0),
    Row("1-D 512 to 512, k3, stride 2, T 8000", 512, to: 512, kernel: [3], sizes: [8000], stride: 2),
    Row("1-D depthwise 256, k31, T 4000", 256, to: 256, kernel: [31], sizes: [4000], groups: 256),
    Row("1-D 256 to 512, k1, T 4000", 256, to: 512, kernel: [1], sizes: [4000]),
    // Two axes: images.
    Row("2-D 3 to 64, 7x7, stride 2, 224", 3, to: 64, kernel: [7, 7], sizes: [224, 224], stride: 2),
    Row("2-D 64 to 64, 3x3, 56", 64, to: 64, kernel: [3, 3], sizes: [56, 56]),
    Row("2-D 128 to 128, 3x3, 28", 128, to: 128, kernel: [3, 3], sizes: [28, 28]),
    Row("2-D 256 to 256, 3x3, 14", 256, to: 256, kernel: [3, 3], sizes: [14, 14]),
    Row("2-D 512 to 512, 3x3, 7", 512, to: 512, kernel: [3, 3], sizes: [7, 7]),
    Row("2-D 64 to 256, 1x1, 56", 64, to: 256, kernel: [1, 1], sizes: [56, 56]),
    Row("2-D depthwise 96, 3x3, stride 2, 112", 96, to: 96, kernel: [3, 3], sizes: [112, 112], stride: 2, groups: 96),
    Row("2-D depthwise 96, 7x7, 56", 96, to: 96, kernel: [7, 7], sizes: [56, 56], groups: 96),
    Row("2-D 1 to 6, 5x5, 28", 1, to: 6, kernel: [5, 5], sizes: [28, 28]),
    Row("2-D 3 to 64, 11x11, stride 4, 224", 3, to: 64, kernel: [11, 11], sizes: [224, 224], stride: 4, padding: 2),
    Row("2-D 256 to 256, 3x3, dilation 12, 28", 256, to: 256, kernel: [3, 3], sizes: [28, 28], dilation: 12),
    // Three axes: volumes and video.
    Row("3-D 16 to 32, 3x3x3, 32x32x32", 16, to: 32, kernel: [3, 3, 3], sizes: [32, 32, 32]),
    Row("3-D 64 to 64, 3x3x3, 16x28x28", 64, to: 64, kernel: [3, 3, 3], sizes: [16, 28, 28]),
  ]
}
