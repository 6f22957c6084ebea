import Convolution
import Testing

@Suite("Tables of costs")
struct ConvolutionCostsTests {
  @Test("a table's text is read back as the same table")
  func text() throws {
    #expect(try ConvolutionCosts(text: ConvolutionCosts.standard.text) == .standard)
  }

  @Test("a measured table is positive everywhere and keeps its name")
  func measured() throws {
    let costs = ConvolutionCosts.measured(name: "this machine", seconds: 0.1)
    #expect(costs.name == "this machine")
    let all = [costs.multiplyAdd, costs.outerDoubling] + costs.transformFrame + costs.product
    #expect(all.allSatisfy { $0 > 0 && $0.isFinite })
    #expect(try ConvolutionCosts(text: costs.text) == costs)
  }

  @Test("broken tables are refused with the line")
  func errors() {
    let lines = ConvolutionCosts.standard.text.split(separator: "\n").map(String.init)
    #expect(throws: ConvolutionCostsError.missing("multiplyAdd")) {
      try ConvolutionCosts(text: lines.filter { !$0.hasPrefix("multiplyAdd") }.joined(separator: "\n"))
    }
    #expect(throws: ConvolutionCostsError.missing("name")) {
      try ConvolutionCosts(text: lines.dropFirst().joined(separator: "\n"))
    }
    for line in ["step", "step -1", "step nan", "step 1 2", "stride 1", "product 1 2", "step 1e300", "name"] {
      #expect(throws: ConvolutionCostsError.self) {
        try ConvolutionCosts(text: (lines + [line]).joined(separator: "\n"))
      }
    }
  }
}
