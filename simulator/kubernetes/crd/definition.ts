import { AGE, fieldAt, NAME } from '../builtin/define.ts';
import { compileRules } from '../cel/rules.ts';
import { EVERY_VERB, type Resource } from '../resource.ts';
import { withObjectFields } from '../schema/object-meta.ts';
import type { Column } from '../types.ts';
import type { Crd, CrdVersion } from './types.ts';

/** The resources that a definition serves, one for each served version. Compiles schemas and rules once. */
export function resourcesOf({ spec }: Crd): Resource[] {
  return spec.versions.filter(({ served }) => served).map((version) => resourceOf(spec, version));
}

function resourceOf({ group, names, scope }: Crd['spec'], version: CrdVersion): Resource {
  const schema = version.schema?.openAPIV3Schema ?? { type: 'object' };
  const rules = compileRules(schema, '');
  const resource: Resource = {
    group,
    version: version.name,
    plural: names.plural,
    singular: names.singular,
    kind: names.kind,
    listKind: names.listKind,
    namespaced: scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: EVERY_VERB,
    subresources: version.subresources?.status ? ['status'] : [],
    schema: withObjectFields(schema),
    columns: columnsOf(version),
    collection: `${group}/${names.plural}`,
    selectable: Object.fromEntries(
      (version.selectableFields ?? []).map(({ jsonPath }) => {
        const path = jsonPath.replace(/^\./, '');
        return [path, fieldAt(path)];
      }),
    ),
    strategy: { unconditionalUpdate: false, counted: true },
    custom: true,
    ...(rules.evaluate && { rules: rules.evaluate }),
  };
  if (version.deprecated) {
    resource.deprecationWarning = version.deprecationWarning ?? `${group}/${version.name} ${names.kind} is deprecated`;
  }
  return resource;
}

function columnsOf({ additionalPrinterColumns }: CrdVersion): Column[] {
  return [NAME, ...(additionalPrinterColumns?.length ? additionalPrinterColumns : [AGE])];
}
