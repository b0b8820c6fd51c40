import ts from 'typescript'

const valueOf = (expression) =>
  expression.type === 'UnaryExpression' && expression.operator === 'void' ? expression.argument : expression

const isPromise = (type) => type.getProperty('then') !== undefined

/**
 * ESLint rule: a statement that builds a Task or TaskEither and drops it. Nothing would happen at run time, and the rules
 * for floating promises do not see it, since no promise exists yet.
 */
export const noUnrunTask = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { unrun: 'This only describes an effect, and nobody runs it: call it, return it or compose it.' },
  },
  create(context) {
    const services = context.sourceCode.parserServices
    const isTask = (type) =>
      services.program
        .getTypeChecker()
        .getSignaturesOfType(type, ts.SignatureKind.Call)
        .some((signature) => signature.parameters.length === 0 && isPromise(signature.getReturnType()))

    return {
      ExpressionStatement(node) {
        const type = services.getTypeAtLocation(valueOf(node.expression))
        if (isTask(type)) context.report({ node, messageId: 'unrun' })
      },
    }
  },
}
