import CConvolutionKernels

/// A convolution of any rank through transforms, ready to run on inputs of one shape: for kernels that are too large for
/// direct sums.
///
/// ```swift
/// let plan = try FFTConvolutionPlan(geometry, weights: weights, input: [1, 1, 1024, 1024])
/// let output = plan.isCheaper ? try plan.execute(image) : …
/// ```
/// Geometry, shapes and errors are those of `ConvolutionPlan`. The padded input is cut into overlapping tiles
/// (`SpectralTiling`); each input channel of a tile is transformed once, and each output channel is transformed back once.
/// - Numerics: per output |error| ≤ (13·log2(N) + P)·u·‖w‖·‖x‖ + u·|y|, Euclidean norms over the output's tile,
///   N the values of a tile, P the longest chain of sums over input channels (groups of 16, then added).
///   Kernels are transformed in double precision and rounded once. The bits do not depend on the instruction set.
/// - NaN and infinity in the input spoil whole tiles. Weights must be finite.
/// - One thread.
public final class FFTConvolutionPlan {
  /// The convolution.
  public let geometry: ConvolutionGeometry
  /// `[batch, inputChannels, sizes…]`.
  public let inputShape: Shape
  /// `[batch, outputChannels, sizes…]`.
  public let outputShape: Shape

  private let tiling: SpectralTiling
  private let estimate: FFTConvolutionEstimate
  private let grid: PaddedGrid
  private let filler: GridFiller
  private let transform: RightAngleTransform
  private let outerPlans: [FourierAxisPlan]
  private let kernels: UnsafePointer<cck_kernels>
  private let bias: [Float]
  private let activation: Activation
  private let groupInputs: Int
  private let groupOutputs: Int

  /// `[outputChannel, chunk, inputChannel of its group, 64]`.
  private let spectra: AlignedMemory
  /// `[chunk, inputChannel, 64]`.
  private let inputSpectra: AlignedMemory
  private let padded: AlignedMemory?
  private let tile: AlignedMemory
  private let rows: AlignedMemory
  private let row: AlignedMemory
  /// A chunk of every position of an outer axis, in single or double precision.
  private let columns: UnsafeMutablePointer<Double>

  /// - Parameters: As in `ConvolutionPlan`.
  ///   - costs: The table from which tiles are chosen.
  /// - Throws: `GeometryError` where shapes do not fit, the kernel spans more than 131,072 positions of the last axis, or
  ///   memory would be more than 8 GiB.
  public init(
    _ geometry: ConvolutionGeometry, weights: Tensor, bias: [Float]? = nil, input: Shape,
    activation: Activation = .identity, level: KernelLevel = .selected, costs: ConvolutionCosts = .standard
  ) throws(GeometryError) {
    let estimate = try FFTConvolutionEstimate(geometry, weights: weights.shape, input: input, costs: costs)
    let output = try geometry.outputShape(input: input, weights: weights.shape)
    try checkBias(bias, channels: output[1])
    let inputSizes = Array(input.sizes[2...])
    self.geometry = geometry
    self.estimate = estimate
    tiling = estimate.tiling
    inputShape = input
    outputShape = output
    self.activation = activation
    kernels = level.kernels
    (groupInputs, groupOutputs) = (weights.shape[1], output[1] / geometry.groups)
    self.bias = bias ?? [Float](repeating: 0, count: output[1])
    grid = try PaddedGrid(
      inputSizes: inputSizes, padding: zip(geometry.axes, inputSizes).map { $0.paddingCounts(size: $1) },
      strides: inputSizes.map { _ in 1 }, channels: input[1])
    filler = GridFiller(grid, mode: geometry.mode, kernels: level.kernels)
    transform = .shared(count: tiling.count)
    outerPlans = tiling.tile.dropLast().map { .shared(count: $0, pitch: SpectrumChunk.floats / 2) }
    columns = .aligned(SpectrumChunk.floats * (tiling.tile.dropLast().max() ?? 0))
    spectra = AlignedMemory(count: output[1] * groupInputs * 2 * tiling.values)
    inputSpectra = AlignedMemory(count: input[1] * 2 * tiling.values)
    padded = grid.isInput ? nil : AlignedMemory(count: input[1] * grid.channelPitch)
    tile = AlignedMemory(count: 2 * tiling.values)
    rows = AlignedMemory(count: 2 * tiling.count)
    row = AlignedMemory(count: 2 * tiling.count)
    if let padded { filler.prepare(padded.base, channels: input[1]) }
    makeSpectra(weights)
  }

  deinit { columns.deallocate() }

  /// Whether, by the table, one run is cheaper than direct sums, without the time to make the plan.
  public var isCheaper: Bool { estimate.nanoseconds < estimate.directNanoseconds }

  /// Computes the convolution of one input.
  /// - Throws: `GeometryError.shape` when the input does not have the plan's shape.
  public func execute(_ input: Tensor) throws(GeometryError) -> Tensor {
    var output = Tensor(outputShape)
    try execute(input, into: &output)
    return output
  }

  /// The same into an existing tensor.
  /// - Throws: `GeometryError.shape` when input or output does not have the plan's shape.
  public func execute(_ input: Tensor, into output: inout Tensor) throws(GeometryError) {
    guard input.shape == inputShape else { throw .shape(of: "input", expected: inputShape, actual: input.shape) }
    guard output.shape == outputShape else { throw .shape(of: "output", expected: outputShape, actual: output.shape) }
    guard outputShape.count > 0 else { return }
    let (inputPitch, outputPitch) = (inputShape.strides[0], outputShape.strides[0])
    input.withUnsafeValues { x in
      output.withUnsafeMutableValues { y in
        for element in 0..<inputShape[0] {
          execute(x.baseAddress! + element * inputPitch, into: y.baseAddress! + element * outputPitch)
        }
      }
    }
  }

  /// How it is computed and why, one sentence per line.
  public var explanation: [String] { estimate.explanation }

  // MARK: - Kernel

  private func makeSpectra(_ weights: Tensor) {
    let maker = KernelSpectrumMaker(transform)
    let (count, last) = (tiling.count, tiling.tile.count - 1)
    let sizes = geometry.axes.map(\.kernel)
    let lines = try? Shape(Array(sizes.dropLast())).count
    let values = 2 * tiling.values
    let grid = UnsafeMutablePointer<Double>.aligned(values)
    let samples = UnsafeMutablePointer<Double>.aligned(count)
    defer {
      grid.deallocate()
      samples.deallocate()
    }
    let scale = 1 / Double(tiling.values)
    let (kernel, reaches) = (sizes[last], geometry.axes.map(\.reach))
    weights.withUnsafeValues { w in
      for pair in 0..<weights.shape[0] * groupInputs {
        grid.update(repeating: 0, count: values)
        for line in 0..<(lines ?? 0) {
          samples.update(repeating: 0, count: count)
          for k in 0..<kernel {
            // Mirrored along all axes is the same as read from its end.
            let place = line * kernel + k
            let from = geometry.isMirrored ? (lines ?? 0) * kernel - 1 - place : place
            samples[reaches[last] - 1 - geometry.axes[last].dilation * k] =
              Double(w[pair * (lines ?? 0) * kernel + from]) * scale
          }
          // The kernel is stored mirrored, ending at its reach, so that products of polynomials are cross-correlations.
          var (target, pitch, rest) = (0, count, line)
          for axis in (0..<last).reversed() {
            let position = rest % sizes[axis]
            rest /= sizes[axis]
            target += (reaches[axis] - 1 - geometry.axes[axis].dilation * position) * pitch
            pitch *= tiling.tile[axis]
          }
          maker.transform(samples, into: grid + 2 * target)
        }
        transformOuterAxes(of: grid, through: columns) { plan, columns in plan.forward(columns) }
        let (output, input) = (pair / groupInputs, pair % groupInputs)
        let to = spectra.base + output * groupInputs * values + input * SpectrumChunk.floats
        for index in 0..<values {
          to[index / SpectrumChunk.floats * groupInputs * SpectrumChunk.floats + index % SpectrumChunk.floats] =
            Float(grid[index])
        }
      }
    }
  }

  /// Transforms a grid of spectra of lines along all outer axes, in place: as many columns as a chunk is wide at a time,
  /// copied so that they are contiguous, stay in the first cache and touch few pages.
  private func transformOuterAxes<Number>(
    of grid: UnsafeMutablePointer<Number>, through columns: UnsafeMutablePointer<Number>,
    _ body: (_ plan: FourierAxisPlan, _ columns: UnsafeMutablePointer<Number>) -> Void
  ) {
    let width = SpectrumChunk.floats
    var (before, pitch) = (1, 2 * tiling.values)
    for (axis, plan) in outerPlans.enumerated() {
      let size = tiling.tile[axis]
      let whole = pitch
      pitch /= size
      if size > 1 {
        for index in 0..<before {
          for place in stride(from: index * whole, to: index * whole + pitch, by: width) {
            for k in 0..<size { (columns + k * width).update(from: grid + place + k * pitch, count: width) }
            body(plan, columns)
            for k in 0..<size { (grid + place + k * pitch).update(from: columns + k * width, count: width) }
          }
        }
      }
      before *= size
    }
  }

  private var singleColumns: UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(columns).assumingMemoryBound(to: Float.self)
  }

  // MARK: - Run

  private func execute(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    var source = input
    if let padded {
      filler.copy(
        input, to: padded.base, channels: inputShape[1], inputPitch: grid.inputSizes.reduce(1, *))
      source = UnsafePointer(padded.base)
    }
    let chunks = SpectrumChunk.count(of: tiling.values)
    var start = tiling.tiles.map { _ in 0 }
    for number in 0..<tiling.tiles.reduce(1, *) {
      var rest = number
      for axis in start.indices.reversed() {
        start[axis] = rest % tiling.tiles[axis] * tiling.hop[axis]
        rest /= tiling.tiles[axis]
      }
      for channel in 0..<inputShape[1] {
        readTile(source + channel * grid.channelPitch, at: start)
        kernels.pointee.scatter_chunks(
          tile.base, chunks, inputSpectra.base + channel * SpectrumChunk.floats, inputShape[1] * SpectrumChunk.floats)
      }
      for channel in 0..<outputShape[1] {
        var term = cck_spectral_term(
          x: inputSpectra.base, x_slots: inputShape[1], x_first: channel / groupOutputs * groupInputs,
          h: spectra.base + channel * groupInputs * 2 * tiling.values, partitions: groupInputs)
        kernels.pointee.multiply_add_spectra(&term, 1, 0, chunks, tile.base)
        transformOuterAxes(of: tile.base, through: singleColumns) { plan, columns in plan.backward(columns) }
        writeTile(channel, at: start, to: output + channel * outputShape.strides[1])
      }
    }
  }

  /// The spectrum of one channel's tile.
  private func readTile(_ source: UnsafePointer<Float>, at start: [Int]) {
    let (count, last) = (tiling.count, start.count - 1)
    let inside = max(0, min(2 * count, grid.places[last] - start[last]))
    for line in 0..<tiling.rows {
      let target = tile.base + 2 * line * count
      guard let offset = offset(ofLine: line, at: start, sizes: grid.places, pitches: grid.pitches), inside > 0 else {
        target.update(repeating: 0, count: 2 * count)
        continue
      }
      var samples = source + offset + start[last]
      if inside < 2 * count {
        row.base.update(from: samples, count: inside)
        (row.base + inside).update(repeating: 0, count: 2 * count - inside)
        samples = UnsafePointer(row.base)
      }
      transform.split(kernels, first: samples, second: samples + count, into: rows.base, columns: 0..<transform.columns)
      for part in 0..<transform.rowCount {
        transform.forward(row: part, of: rows.base, to: target + 2 * part * transform.columns)
      }
    }
    transformOuterAxes(of: tile.base, through: singleColumns) { plan, columns in plan.forward(columns) }
  }

  /// The place of a line of a tile in the input, or nil when it is outside.
  private func offset(ofLine line: Int, at start: [Int], sizes: [Int], pitches: [Int]) -> Int? {
    var (rest, offset) = (line, 0)
    for axis in (0..<start.count - 1).reversed() {
      let position = start[axis] + rest % tiling.tile[axis]
      rest /= tiling.tile[axis]
      guard position < sizes[axis] else { return nil }
      offset += position * pitches[axis]
    }
    return offset
  }

  /// The outputs of a tile that are part of the result.
  private func writeTile(_ channel: Int, at start: [Int], to output: UnsafeMutablePointer<Float>) {
    let (count, last) = (tiling.count, start.count - 1)
    let axes = geometry.axes
    let pitches = Array(outputShape.strides[2...])
    // Outputs of the last axis: the multiples of the stride within the tile.
    let stride = axes[last].stride
    let first = (start[last] + stride - 1) / stride
    let end = min(outputShape[last + 2], (start[last] + tiling.hop[last] - 1) / stride + 1)
    guard first < end else { return }
    for line in 0..<tiling.rows {
      var (rest, offset, isWanted) = (line, 0, true)
      for axis in (0..<last).reversed() {
        let position = rest % tiling.tile[axis] - (axes[axis].reach - 1)
        rest /= tiling.tile[axis]
        let place = start[axis] + position
        guard position >= 0, place % axes[axis].stride == 0, place / axes[axis].stride < outputShape[axis + 2] else {
          isWanted = false
          break
        }
        offset += place / axes[axis].stride * pitches[axis]
      }
      guard isWanted else { continue }
      for part in 0..<transform.rowCount {
        transform.backward(row: part, from: tile.base + 2 * line * count + 2 * part * transform.columns, to: rows.base)
      }
      transform.join(
        kernels, rows: rows.base, first: row.base, second: row.base + count, columns: 0..<transform.columns)
      let (y, from) = (output + offset + first, row.base + first * stride - start[last] + axes[last].reach - 1)
      let addend = bias[channel]
      for index in 0..<end - first { y[index] = from[index * stride] + addend }
      if activation != .identity {
        for index in 0..<end - first { row.base[index] = y[index] }
        kernels.pointee.activate(
          activation.kernelCode, activation.slope(channel: channel), row.base, row.base, end - first)
        y.update(from: row.base, count: end - first)
      }
    }
  }
}

extension UnsafeMutablePointer where Pointee == Double {
  /// Zeros on a cache line.
  static func aligned(_ count: Int) -> UnsafeMutablePointer<Double> {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 * count, alignment: 64)
    let doubles = memory.bindMemory(to: Double.self, capacity: count)
    doubles.initialize(repeating: 0, count: count)
    return doubles
  }
}
