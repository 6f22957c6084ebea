#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One layer of long short-term memory by its definition, in double precision on Float32 weights.
///
/// ```
/// z = bias + weights · [x, h]        rows i, f, g, o
/// c = σ(f)·c + σ(i)·tanh(g),  h = σ(o)·tanh(c)
/// ```
package struct ReferenceLSTM: Sendable {
  /// The state of a layer.
  package struct State: Sendable {
    /// h, one number per hidden channel.
    package var hidden: [Double]
    /// c, one number per hidden channel.
    package var cell: [Double]
  }

  /// Channels of the input.
  package let inputChannels: Int
  /// Channels of the state, and of the output.
  package let hiddenChannels: Int
  private let weights: [Double]
  private let bias: [Double]

  /// - Parameters:
  ///   - weights: `[4 · hiddenChannels, inputChannels + hiddenChannels]`, row-major.
  ///   - bias: One per row.
  /// - Precondition: The counts fit.
  package init(inputChannels: Int, hiddenChannels: Int, weights: [Float], bias: [Float]) {
    precondition(weights.count == 4 * hiddenChannels * (inputChannels + hiddenChannels), "one weight a row and column")
    precondition(bias.count == 4 * hiddenChannels, "one bias a row")
    self.inputChannels = inputChannels
    self.hiddenChannels = hiddenChannels
    self.weights = weights.map(Double.init)
    self.bias = bias.map(Double.init)
  }

  /// A state of these numbers.
  package func state(hidden: [Float], cell: [Float]) -> State {
    State(hidden: hidden.map(Double.init), cell: cell.map(Double.init))
  }

  /// The inputs of the gates, one number per row.
  package func rows(_ x: [Double], from state: State) -> [Double] {
    let input = x + state.hidden
    return bias.indices.map { row in
      input.indices.reduce(bias[row]) { $0 + weights[row * input.count + $1] * input[$1] }
    }
  }

  /// The state after one frame; its hidden part is the output.
  package func step(_ x: [Double], from state: State) -> State {
    let z = rows(x, from: state)
    let sigmoid = ReferenceActivation(.sigmoid)
    var next = state
    for unit in 0..<hiddenChannels {
      let (i, f) = (sigmoid(z[unit]), sigmoid(z[hiddenChannels + unit]))
      let (g, o) = (tanh(z[2 * hiddenChannels + unit]), sigmoid(z[3 * hiddenChannels + unit]))
      next.cell[unit] = f * state.cell[unit] + i * g
      next.hidden[unit] = o * tanh(next.cell[unit])
    }
    return next
  }
}
