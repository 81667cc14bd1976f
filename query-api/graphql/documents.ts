import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** Levels of fields at most: the deepest of the hierarchy is clusters, hosts, gpus, telemetry, fields. */
const maxDepth = 8;
/** Every field costs 1, a field with fields 2, and each level 1.5 times what it holds. */
const maxCost = 2_000;
const mostTokens = 2_000;
/** Validated documents kept, by text; longer ones than these, in characters, are checked each time. */
const mostDocuments = 1_000;
const longestKept = 20_000;

const report = {
  propagateOnRejection: false,
  onReject: [(context: ValidationContext | null, error: GraphQLError) => void context?.reportError(error)],
};

const limits = [
  maxDepthRule({ n: maxDepth, ignoreIntrospection: true, ...report }),
  costLimitRule({ maxCost, objectCost: 2, scalarCost: 1, depthCostFactor: 1.5, ignoreIntrospection: true, ...report }),
] as unknown as readonly ValidationRule[];

/** Documents that were validated, or why not. Parsing and checking one costs many times what running it does. */
export class Documents {
  readonly #known = new Map<string, DocumentNode | readonly GraphQLError[]>();

  readonly #rules: readonly ValidationRule[];

  /** @param introspection whether the schema is told to who asks for it, and its names to who guesses at them */
  constructor(
    private readonly schema: GraphQLSchema,
    readonly introspection = true,
  ) {
    this.#rules = [...specifiedRules, ...limits, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  }

  /** How many are kept. */
  get size(): number {
    return this.#known.size;
  }

  /** The document of a text, or what is wrong with it. */
  get(text: string): DocumentNode | readonly GraphQLError[] {
    const known = this.#known.get(text) ?? this.#checked(text);
    if (text.length > longestKept) return known;
    this.#known.delete(text);
    this.#known.set(text, known);
    if (this.#known.size > mostDocuments) this.#known.delete(this.#known.keys().next().value!);
    return known;
  }

  #checked(text: string): DocumentNode | readonly GraphQLError[] {
    try {
      const document = parse(text, { maxTokens: mostTokens });
      const options = { hideSuggestions: !this.introspection };
      const errors = validate(this.schema, document, this.#rules, options);
      return errors.length > 0 ? errors : document;
    } catch (error) {
      return [error instanceof GraphQLError ? error : new GraphQLError('The document cannot be checked.')];
    }
  }
}
