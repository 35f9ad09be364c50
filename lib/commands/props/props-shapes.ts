/**
 * `npm run format` writes lib/aws/props-shapes.json: what each prop may be, read from the declared types.
 */
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import type { Props, Shape, Shapes } from '../../aws/declared-props';

/** The files whose exported `…Props` and `…Options` interfaces people fill in, and the types in them that are no props. */
const DECLARING = [
  'lib/project/sagemaker-project.ts',
  'lib/endpoint/hosting-props.ts',
  'lib/endpoint/model-source.ts',
  'lib/training/channel.ts',
  'lib/training/distribution.ts',
  'lib/images/framework.ts',
];

/** The committed file of shapes: a line for each prop, so that a review shows what changed. */
export function shapesFile(shapes: Shapes): string {
  const interfaces = Object.entries(shapes).map(([name, props]) => {
    const lines = Object.entries(props).map(
      ([prop, of]) => `    ${JSON.stringify(prop)}: ${JSON.stringify(of)}`,
    );
    return `  ${JSON.stringify(name)}: {\n${lines.join(',\n')}\n  }`;
  });
  return `{\n${interfaces.join(',\n')}\n}\n`;
}

/** Reads the shapes of all props from their declarations, by TypeScript's own checker. */
export function readShapes(root: string): Shapes {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const program = ts.createProgram(
    DECLARING.map((file) => join(root, file)),
    options,
  );
  return new ShapeReader(root, program).read();
}

class ShapeReader {
  private readonly checker: ts.TypeChecker;
  private readonly shapes: Record<string, Props> = {};

  public constructor(
    private readonly root: string,
    private readonly program: ts.Program,
  ) {
    this.checker = program.getTypeChecker();
  }

  public read(): Shapes {
    for (const file of DECLARING) {
      const source = this.program.getSourceFile(join(this.root, file));
      for (const statement of source?.statements ?? []) {
        if (ts.isInterfaceDeclaration(statement) && /(Props|Options)$/.test(statement.name.text)) {
          this.declare(this.checker.getTypeAtLocation(statement), statement);
        }
      }
    }
    return Object.fromEntries(Object.entries(this.shapes).sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  private declare(type: ts.Type, at: ts.Node): string {
    const name = type.symbol.name;
    if (!(name in this.shapes)) {
      const props: Record<string, { required?: true; shape: Shape }> = {};
      this.shapes[name] = props;
      for (const property of type.getProperties()) {
        const declared = this.checker.getTypeOfSymbolAtLocation(property, at);
        props[property.name] = {
          ...((property.flags & ts.SymbolFlags.Optional) === 0 && { required: true as const }),
          shape: this.shape(this.checker.getNonNullableType(declared), at),
        };
      }
    }
    return name;
  }

  private shape(type: ts.Type, at: ts.Node): Shape {
    if (type.flags & ts.TypeFlags.BooleanLike) {
      return 'boolean';
    }
    if (type.isStringLiteral()) {
      return { literal: type.value };
    }
    if (type.isUnion() && type.types.some((member) => member.flags & ts.TypeFlags.Object)) {
      return 'any';
    }
    if (type.isUnion()) {
      const members = type.types.map((member) => this.shape(member, at));
      return {
        anyOf: members.filter((one, index) => members.findIndex((other) => same(one, other)) === index),
      };
    }
    if (type.flags & ts.TypeFlags.TemplateLiteral) {
      return { like: this.checker.typeToString(type).replaceAll(/[`$]/g, '') };
    }
    if (type.flags & ts.TypeFlags.StringLike) {
      return 'string';
    }
    if (type.flags & ts.TypeFlags.NumberLike) {
      return 'number';
    }
    return this.objectShape(type, at);
  }

  private objectShape(type: ts.Type, at: ts.Node): Shape {
    const element = this.checker.isArrayType(type)
      ? this.checker.getTypeArguments(type as ts.TypeReference)[0]
      : undefined;
    if (element) {
      return { arrayOf: this.shape(element, at) };
    }
    const values = type.getStringIndexType();
    if (values) {
      return { recordOf: this.shape(values, at) };
    }
    const { symbol } = type;
    if (symbol.flags & ts.SymbolFlags.Class) {
      return { instanceOf: symbol.name };
    }
    // The CDK's rule: an interface with I before its name is behaviour, any other is data.
    if (/^I[A-Z]/.test(symbol.name)) {
      return { instanceOf: symbol.name, interface: true };
    }
    if (symbol.flags & ts.SymbolFlags.Interface) {
      return { props: this.declare(type, at) };
    }
    const place = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
    throw new Error(
      `the type ${this.checker.typeToString(type)} of ${relative(this.root, dirname(place))} has no shape`,
    );
  }
}

function same(one: Shape, other: Shape): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
