// The eight tables of TPC-H, with the benchmark's columns, keys, value lists and proportions, but not dbgen's own numbers:
// results compare between engines, not with published ones. Scale 1 is 6 million rows in lineitem.
import { cents, createRandom, dayOf, dayText, padded, writeCsv } from './make.mjs'

const regions = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST']
const nations = [
  ['ALGERIA', 0], ['ARGENTINA', 1], ['BRAZIL', 1], ['CANADA', 1], ['EGYPT', 4], ['ETHIOPIA', 0], ['FRANCE', 3], ['GERMANY', 3], ['INDIA', 2],
  ['INDONESIA', 2], ['IRAN', 4], ['IRAQ', 4], ['JAPAN', 2], ['JORDAN', 4], ['KENYA', 0], ['MOROCCO', 0], ['MOZAMBIQUE', 0], ['PERU', 1],
  ['CHINA', 2], ['ROMANIA', 3], ['SAUDI ARABIA', 4], ['VIETNAM', 2], ['RUSSIA', 3], ['UNITED KINGDOM', 3], ['UNITED STATES', 1],
]
const colors = ('almond antique aquamarine azure beige bisque black blanched blue blush brown burlywood chartreuse chocolate coral cornflower cream ' +
  'cyan dark dim dodger drab firebrick floral forest frosted ghost goldenrod green grey honeydew hot indian ivory khaki lace lavender lemon ' +
  'light lime linen magenta maroon medium metallic midnight mint misty navy olive orange orchid pale papaya peach peru pink plum powder puff ' +
  'purple red rose rosy royal saddle salmon sandy seashell sienna sky slate smoke snow spring steel tan thistle tomato turquoise violet wheat').split(' ')
const types = [['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'], ['ANODIZED', 'BURNISHED', 'PLATED', 'POLISHED', 'BRUSHED'], ['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER']]
const containers = [['SM', 'LG', 'MED', 'JUMBO', 'WRAP'], ['CASE', 'BOX', 'BAG', 'JAR', 'PKG', 'PACK', 'CAN', 'DRUM']]
const segments = ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'MACHINERY', 'HOUSEHOLD']
const priorities = ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW']
const instructions = ['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN']
const modes = ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB']
const words = ('furiously sly careful blithe quick final ironic even bold silent regular unusual express pending deposits foxes accounts packages ' +
  'instructions theodolites pinto beans ideas platelets excuses asymptotes courts dolphins sleep wake haggle nag integrate boost detect').split(' ')

const [firstOrder, lastOrder, today] = ['1992-01-01', '1998-08-02', '1995-06-17'].map(dayOf)
const suppliersOfPart = 4

const retailPrice = (part) => 90000 + (Math.floor(part / 10) % 20001) + 100 * (part % 1000)
const supplierOf = (part, i, suppliers) => ((part + i * (Math.floor(suppliers / 4) + Math.floor((part - 1) / suppliers))) % suppliers) + 1
/** Of 32 keys in a row only the first 8 are used. */
const orderKey = (i) => Math.floor(i / 8) * 32 + (i % 8) + 1

function writeFixed(folder) {
  const random = createRandom(1)
  writeCsv(`${folder}/region.csv`, 'r_regionkey,r_name,r_comment', regions.length, (i) => [i, regions[i], random.text(words, 6)].join())
  writeCsv(`${folder}/nation.csv`, 'n_nationkey,n_name,n_regionkey,n_comment', nations.length, (i) => [i, ...nations[i], random.text(words, 6)].join())
}

const phone = (random, nation) => `${nation + 10}-${random.between(100, 999)}-${random.between(100, 999)}-${random.between(1000, 9999)}`

function writeSupplier(folder, suppliers) {
  const random = createRandom(2)
  const remark = (i) => (i % 200 === 3 ? 'Customer slowly Complaints' : i % 200 === 9 ? 'Customer happily Recommends' : random.text(words, 8))
  writeCsv(`${folder}/supplier.csv`, 's_suppkey,s_name,s_address,s_nationkey,s_phone,s_acctbal,s_comment', suppliers, (i) => {
    const nation = random.below(nations.length)
    return [i + 1, `Supplier#${padded(i + 1, 9)}`, random.text(words, 2), nation, phone(random, nation), cents(random.between(-99999, 999999)), remark(i)].join()
  })
}

function writePart(folder, parts) {
  const random = createRandom(3)
  writeCsv(`${folder}/part.csv`, 'p_partkey,p_name,p_mfgr,p_brand,p_type,p_size,p_container,p_retailprice,p_comment', parts, (i) => {
    const maker = random.between(1, 5)
    const kind = types.map((part) => random.of(part)).join(' ')
    const container = containers.map((part) => random.of(part)).join(' ')
    return [i + 1, random.text(colors, 5), `Manufacturer#${maker}`, `Brand#${maker}${random.between(1, 5)}`, kind, random.between(1, 50), container, cents(retailPrice(i + 1)), random.text(words, 3)].join()
  })
}

function writePartSupplier(folder, parts, suppliers) {
  const random = createRandom(4)
  writeCsv(`${folder}/partsupp.csv`, 'ps_partkey,ps_suppkey,ps_availqty,ps_supplycost,ps_comment', parts * suppliersOfPart, (i) => {
    const part = Math.floor(i / suppliersOfPart) + 1
    return [part, supplierOf(part, i % suppliersOfPart, suppliers), random.between(1, 9999), cents(random.between(100, 100000)), random.text(words, 10)].join()
  })
}

function writeCustomer(folder, customers) {
  const random = createRandom(5)
  writeCsv(`${folder}/customer.csv`, 'c_custkey,c_name,c_address,c_nationkey,c_phone,c_acctbal,c_mktsegment,c_comment', customers, (i) => {
    const nation = random.below(nations.length)
    return [i + 1, `Customer#${padded(i + 1, 9)}`, random.text(words, 2), nation, phone(random, nation), cents(random.between(-99999, 999999)), random.of(segments), random.text(words, 9)].join()
  })
}

/** The lines of an order, each with its share of the order's price. */
function linesOf(random, key, ordered, { parts, suppliers }) {
  return Array.from({ length: random.between(1, 7) }, (_, number) => {
    const part = random.between(1, parts)
    const [quantity, discount, tax] = [random.between(1, 50), random.between(0, 10), random.between(0, 8)]
    const [shipped, committed] = [ordered + random.between(1, 121), ordered + random.between(30, 90)]
    const received = shipped + random.between(1, 30)
    const returned = received <= today ? random.of(['R', 'A']) : 'N'
    const open = shipped > today
    const price = quantity * retailPrice(part)
    const text = [
      key, part, supplierOf(part, random.below(suppliersOfPart), suppliers), number + 1, quantity, cents(price), cents(discount), cents(tax), returned, open ? 'O' : 'F',
      dayText(shipped), dayText(committed), dayText(received), random.of(instructions), random.of(modes), random.text(words, 3),
    ].join()
    return { text, open, price: price * (1 + tax / 100) * (1 - discount / 100) }
  })
}

function statusOf(lines) {
  if (lines.every(({ open }) => open)) return 'O'
  return lines.some(({ open }) => open) ? 'P' : 'F'
}

/** Orders and their lines come from two sources of the same numbers, so that neither table has to be held. */
function createOrders({ orders, customers, ...sizes }) {
  const random = createRandom(6)
  return (i) => {
    const key = orderKey(i)
    let customer = random.between(1, customers)
    if (customer % 3 === 0) customer -= 1 // a third of the customers never orders
    const day = random.between(firstOrder, lastOrder)
    const lines = linesOf(random, key, day, sizes)
    const total = lines.reduce((sum, { price }) => sum + price, 0)
    const remark = random.below(60) === 0 ? 'blithely special packages about requests' : random.text(words, 5)
    const text = [key, customer, statusOf(lines), cents(total), dayText(day), random.of(priorities), `Clerk#${padded(random.between(1, Math.ceil(orders / 1500)), 9)}`, 0, remark].join()
    return { text, lines: lines.map((line) => line.text) }
  }
}

function writeOrders(folder, sizes) {
  const [next, again] = [createOrders(sizes), createOrders(sizes)]
  writeCsv(`${folder}/orders.csv`, 'o_orderkey,o_custkey,o_orderstatus,o_totalprice,o_orderdate,o_orderpriority,o_clerk,o_shippriority,o_comment', sizes.orders, (i) => next(i).text)
  writeCsv(`${folder}/lineitem.csv`, 'l_orderkey,l_partkey,l_suppkey,l_linenumber,l_quantity,l_extendedprice,l_discount,l_tax,l_returnflag,l_linestatus,l_shipdate,l_commitdate,l_receiptdate,l_shipinstruct,l_shipmode,l_comment', sizes.orders, (i) => again(i).lines.join('\n'))
}

export const tables = ['region', 'nation', 'supplier', 'part', 'partsupp', 'customer', 'orders', 'lineitem']

export function writeTpch(folder, scale) {
  const of = (rows) => Math.max(1, Math.round(rows * scale))
  const sizes = { suppliers: of(10e3), parts: of(200e3), customers: of(150e3), orders: of(1500e3) }
  writeFixed(folder)
  writeSupplier(folder, sizes.suppliers)
  writePart(folder, sizes.parts)
  writePartSupplier(folder, sizes.parts, sizes.suppliers)
  writeCustomer(folder, sizes.customers)
  writeOrders(folder, sizes)
}
